import './markdown.css'
import type { MarkedToken, Token, Tokens } from 'marked'
import { memo, type ReactNode, useState } from 'react'
import { blockReader } from './block-reader.ts'
import { CopyButton } from './copy-button.tsx'

/**
 * Markdown that a model wrote, perhaps still is writing. HTML in it is shown as text, and pictures as links: nothing is
 * fetched because a model says so.
 */
export function Markdown({ text }: { readonly text: string }) {
  const [read] = useState(blockReader)
  return (
    <div className="markdown">
      {read(text).map((token, index) => (
        <Block key={index} token={token} />
      ))}
    </div>
  )
}

/** Blocks that are whole are the same objects as before and are not drawn again. */
const Block = memo(function Block({ token }: { readonly token: Token }) {
  return show(token)
})

/** Extensions could make others. */
function isKnown(token: Token): token is MarkedToken {
  return token.type in known
}

const known: Readonly<Record<MarkedToken['type'], true>> = {
  blockquote: true,
  br: true,
  checkbox: true,
  code: true,
  codespan: true,
  def: true,
  del: true,
  em: true,
  escape: true,
  heading: true,
  hr: true,
  html: true,
  image: true,
  link: true,
  list: true,
  list_item: true,
  paragraph: true,
  space: true,
  strong: true,
  table: true,
  text: true,
}

function showAll(tokens: readonly Token[] | undefined): ReactNode {
  return tokens?.map((token, index) => <Block key={index} token={token} />)
}

function show(token: Token): ReactNode {
  if (!isKnown(token)) return token.raw
  switch (token.type) {
    case 'space':
    case 'def':
      return null
    case 'paragraph':
      return <p>{showAll(token.tokens)}</p>
    case 'heading':
      // The page's own headings are above those of an answer.
      return <p className={`heading-${token.depth}`}>{showAll(token.tokens)}</p>
    case 'code':
      return <CodeBlock language={token.lang ?? ''} code={token.text} />
    case 'blockquote':
      return <blockquote>{showAll(token.tokens)}</blockquote>
    case 'list':
      return token.ordered ? (
        <ol start={token.start === '' ? 1 : token.start}>{showAll(token.items)}</ol>
      ) : (
        <ul>{showAll(token.items)}</ul>
      )
    case 'list_item':
      return <li>{showAll(token.tokens)}</li>
    case 'checkbox':
      return token.checked ? '☑ ' : '☐ '
    case 'table':
      return <Table token={token} />
    case 'hr':
      return <hr />
    case 'br':
      return <br />
    case 'strong':
      return <strong>{showAll(token.tokens)}</strong>
    case 'em':
      return <em>{showAll(token.tokens)}</em>
    case 'del':
      return <del>{showAll(token.tokens)}</del>
    case 'codespan':
      return <code>{token.text}</code>
    case 'link':
      return <Link href={token.href}>{showAll(token.tokens)}</Link>
    case 'image':
      return <Link href={token.href}>{token.text || token.href}</Link>
    case 'text':
      return 'tokens' in token && token.tokens !== undefined ? showAll(token.tokens) : token.text
    case 'escape':
      return token.text
    case 'html':
      return token.raw
  }
}

function Link({ href, children }: { readonly href: string; readonly children: ReactNode }) {
  if (!/^(https?|mailto):/i.test(href)) return children
  return (
    <a href={href} target="_blank" rel="noreferrer noopener">
      {children}
    </a>
  )
}

function CodeBlock({ language, code }: { readonly language: string; readonly code: string }) {
  return (
    <figure className="code-block">
      <figcaption>
        <span>{language}</span>
        <CopyButton content={code} />
      </figcaption>
      <pre>
        <code>{code}</code>
      </pre>
    </figure>
  )
}

function Table({ token }: { readonly token: Tokens.Table }) {
  return (
    <div className="scroll-x">
      <table>
        <thead>
          <tr>
            {token.header.map((cell, index) => (
              <th key={index} data-align={cell.align}>
                {showAll(cell.tokens)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {token.rows.map((row, index) => (
            <tr key={index}>
              {row.map((cell, column) => (
                <td key={column} data-align={cell.align}>
                  {showAll(cell.tokens)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

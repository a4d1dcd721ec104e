import { makeChoice, useChoice } from '../shell/choice.ts'
import { en } from './en.ts'
import { zh } from './zh.ts'

export type Text = typeof en

export const languages = ['en', 'zh'] as const

export const language = makeChoice('language', languages, () =>
  navigator.language.startsWith('zh') ? 'zh' : 'en',
)

const texts: Readonly<Record<(typeof languages)[number], Text>> = { en, zh }

function show(): void {
  document.documentElement.lang = language.get() === 'zh' ? 'zh-CN' : 'en'
}

language.subscribe(show)
show()

/** What the page says, in the reader's language. */
export function useText(): Text {
  return texts[useChoice(language)]
}

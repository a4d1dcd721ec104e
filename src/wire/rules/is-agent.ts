/** How coding agents name themselves at the beginning of `User-Agent`. */
const agents =
  /^(claude-cli|claude-code|opencode|codex_cli_rs|codex_exec|codex-cli|qwencode|geminicli|roocode|kilo-code|crush|goose)\b/i

/** Tools by which agents change files and run commands, as they name them, in lower case and without `_` and `-`. */
const writing = new Set(
  'edit,multiedit,write,patch,applypatch,applydiff,editfile,writefile,createfile,writetofile,replaceinfile,searchreplace,strreplace,strreplaceeditor,strreplacebasededittool'.split(
    ',',
  ),
)
const running = new Set(
  'bash,shell,localshell,terminal,execcommand,executecommand,runcommand,runshellcommand,runterminalcmd,runinterminal'.split(
    ',',
  ),
)

/**
 * Whether a coding agent asks: its client says so, or it brings both a tool that changes files and one that runs
 * commands.
 */
export function isAgent(userAgent: string, toolNames: readonly string[]): boolean {
  const names = toolNames.map((name) => name.toLowerCase().replaceAll(/[_-]/g, ''))
  return (
    agents.test(userAgent) ||
    (names.some((name) => writing.has(name)) && names.some((name) => running.has(name)))
  )
}

import { makeChoice } from './choice.ts'

export const themes = ['system', 'light', 'dark'] as const

export const theme = makeChoice('theme', themes, () => 'system')

const dark = matchMedia('(prefers-color-scheme: dark)')

/** The style sheet knows `data-theme`, `light` or `dark`, alone. */
function show(): void {
  const chosen = theme.get()
  document.documentElement.dataset['theme'] = chosen === 'system' ? (dark.matches ? 'dark' : 'light') : chosen
}

theme.subscribe(show)
dark.addEventListener('change', show)
show()

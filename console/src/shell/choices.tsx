import { language, useText } from '../text/text.ts'
import { useChoice } from './choice.ts'
import { theme, themes } from './theme.ts'

/** Language and theme. */
export function Choices() {
  const text = useText().choices
  const chosenTheme = useChoice(theme)
  const chosenLanguage = useChoice(language)
  return (
    <div className="choices">
      <select
        aria-label={text.theme}
        value={chosenTheme}
        onChange={({ target }) => theme.set(themes.find((one) => one === target.value) ?? 'system')}
      >
        {themes.map((one) => (
          <option key={one} value={one}>
            {text[one]}
          </option>
        ))}
      </select>
      <button type="button" onClick={() => language.set(chosenLanguage === 'en' ? 'zh' : 'en')}>
        {text.otherLanguage}
      </button>
    </div>
  )
}

import { stringify } from 'smol-toml'
import { DEMO } from './config-demo.ts'
import { layerConfig } from './config-layers.ts'
import { BotSetting, Config, SECTIONS } from './config-schema.ts'

const WIDTH = 100

/**
 * A `config.toml` that changes nothing: the demo's own values, every other key as a comment with its default, and what
 * each means. What `profinaut init` writes.
 */
export function renderDefaultConfig(): string {
  const { config } = layerConfig({ file: undefined, env: {} })
  const defaults = Config.parse({})
  const sections = Object.entries(SECTIONS).map(([name, { shape }]) => {
    const keys = Object.entries(shape).map(([key, { description = '' }]) => {
      const value = valueIn(config, name, key)
      const line = `${key} = ${toml(value)}`
      const isDefault = toml(value) === toml(valueIn(defaults, name, key))
      return `${comment(description)}\n${isDefault ? `# ${line}` : line}\n`
    })
    return `[${name}]\n${keys.join('')}`
  })
  return [HEADER, ...sections, BOTS, ...bots()].join('\n')
}

const HEADER = `# Settings of this profile. A line that begins with # shows a default; take the # away to change it.
# Later layers win: built-in defaults, this file, PROFINAUT_<SECTION>_<KEY> in the environment, flags.
`

const BOTS = `# Bots: one [[bot]] table each.
${Object.entries(BotSetting.shape)
  .map(([key, { description = '' }]) => comment(`${key}: ${description}`))
  .join('\n')}
`

function bots(): readonly string[] {
  const bots = DEMO['bot'] as readonly Readonly<Record<string, unknown>>[]
  return bots.map((bot) => {
    const lines = Object.entries(bot).map(([key, value]) => `${key} = ${toml(value)}\n`)
    return `[[bot]]\n${lines.join('')}`
  })
}

function valueIn(config: Config, section: string, key: string): unknown {
  const sections: Readonly<Record<string, unknown>> = config
  return (sections[section] as Readonly<Record<string, unknown>>)[key]
}

/** A value on one line. */
function toml(value: unknown): string {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const fields = Object.entries(value).map(([key, field]) => stringify({ [key]: field }).trim())
    return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`
  }
  return stringify({ value }).trim().slice('value = '.length)
}

/** Text as comment lines of a readable width. */
function comment(text: string): string {
  const lines: string[] = []
  let line = '#'
  for (const word of text.split(' ')) {
    if (line.length + word.length >= WIDTH) {
      lines.push(line)
      line = '# '
    }
    line += ` ${word}`
  }
  return [...lines, line].join('\n')
}

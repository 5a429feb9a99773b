import { COMMANDS } from '../../src/runtime/command-catalogue.ts'
import { edit, type TextField, textField } from '../input/text-field.ts'
import type { PanelAction } from '../panel.ts'
import type { Ceremony, Draft } from './ceremony.ts'
import type { Press } from './challenge.ts'

/** A command being filled in: an order ticket, or the parameters of a bot. */
export interface Form {
  readonly name: 'ticket' | 'params'
  readonly action: PanelAction
  readonly fields: readonly { readonly name: string; readonly was: string; readonly field: TextField }[]
  readonly at: number
  /** Field, what is wrong with it and what would be right, in one line. */
  readonly error: string | undefined
}

const TICKET_FIELDS = [
  'instrument_id',
  'side',
  'type',
  'qty',
  'limit',
  'stop',
  'time_in_force',
  'reduce_only',
  'bot_id',
]

export function openForm(action: PanelAction): Form | undefined {
  if (action.form === undefined || action.form.name === 'reason') return undefined
  const { name, fields: given } = action.form
  const names = name === 'ticket' ? TICKET_FIELDS : Object.keys(given).filter((field) => field !== 'bot_id')
  const fields = names.map((field) => ({ name: field, was: given[field] ?? '', field: textField(given[field] ?? '') }))
  const firstEmpty = fields.findIndex(({ was }) => was === '')
  return { name, action, fields, at: Math.max(0, firstEmpty), error: undefined }
}

export type FormOutcome =
  | { readonly form: Form; readonly act?: 'close' }
  | {
      readonly form: Form
      readonly act: 'ask'
      readonly draft: Draft
      readonly effect: string
      readonly changes: Ceremony['changes']
    }

export function formReducer(form: Form, { key, text }: Press): FormOutcome {
  const count = form.fields.length
  if (key === 'esc') return { form, act: 'close' }
  if (key === 'tab' || key === 'down') return { form: { ...form, at: (form.at + 1) % count } }
  if (key === 'shift+tab' || key === 'up') return { form: { ...form, at: (form.at + count - 1) % count } }
  if (key === 'enter') return filledIn(form)
  const current = form.fields[form.at]
  const field = current && edit(current.field, key, text)
  if (field === undefined) return { form }
  const fields = form.fields.map((entry, at) => (at === form.at ? { ...entry, field } : entry))
  return { form: { ...form, fields, error: undefined } }
}

function values(form: Form): Readonly<Record<string, string>> {
  return Object.fromEntries(form.fields.map(({ name, field }) => [name, field.text.normalize('NFKC').trim()]))
}

function filledIn(form: Form): FormOutcome {
  const filled = values(form)
  const payload = form.name === 'ticket' ? ticketPayload(filled) : paramsPayload(form, filled)
  const parsed = COMMANDS[form.name === 'ticket' ? 'ORDER_PLACE' : 'BOT_SET_PARAMS'].safeParse(payload)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const field = String(issue?.path.at(-1) ?? '')
    const at = form.fields.findIndex(({ name }) => name === field)
    return { form: { ...form, at: at < 0 ? form.at : at, error: `${field}: ${issue?.message ?? 'not understood'}` } }
  }
  const draft = { type: form.name === 'ticket' ? 'ORDER_PLACE' : 'BOT_SET_PARAMS', payload: parsed.data } as Draft
  const changes = form.fields
    .map(({ name, was }) => ({ name, before: was, after: filled[name] ?? '' }))
    .filter(({ before, after }) => (form.name === 'ticket' ? after !== '' : before !== after))
  if (changes.length === 0) return { form: { ...form, error: 'nothing is changed yet' } }
  return { form, act: 'ask', draft, effect: effectOf(form, filled), changes: form.name === 'ticket' ? [] : changes }
}

function effectOf(form: Form, filled: Readonly<Record<string, string>>): string {
  if (form.name === 'params') return `${form.action.label}: ${form.action.form?.fields['bot_id'] ?? ''}`
  const { side, qty, instrument_id: instrument, type, limit, stop } = filled
  const at = [limit, stop === '' ? '' : `stop ${stop}`].filter((text) => text !== '' && text !== undefined).join(' ')
  return `${side} ${qty} ${instrument} ${type}${at === '' ? '' : ` @ ${at}`}`
}

function ticketPayload(filled: Readonly<Record<string, string>>): Readonly<Record<string, unknown>> {
  const given = Object.entries(filled).filter(([, value]) => value !== '')
  const words = new Set(['type', 'time_in_force'])
  return Object.fromEntries(
    given.map(([name, value]) => {
      if (name === 'reduce_only') return [name, /^(y|yes|true)$/i.test(value)]
      return [name, words.has(name) ? value.toUpperCase() : name === 'side' ? value.toLowerCase() : value]
    }),
  )
}

/** A parameter keeps the kind of value it had: text stays text, a number or a switch is read as one. */
function paramsPayload(form: Form, filled: Readonly<Record<string, string>>): Readonly<Record<string, unknown>> {
  const changed = form.fields.filter(({ name, was }) => filled[name] !== was)
  return {
    bot_id: form.action.form?.fields['bot_id'],
    params: Object.fromEntries(changed.map(({ name }) => [name, paramValue(filled[name] ?? '')])),
  }
}

function paramValue(text: string): string | number | boolean {
  if (text === 'true' || text === 'false') return text === 'true'
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text
}

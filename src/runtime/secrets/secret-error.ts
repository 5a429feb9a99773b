/** Thrown where a secret cannot be had or kept; its words never hold a part of one. */
export class SecretError extends Error {
  readonly code:
    | 'config.secret-ref'
    | 'config.secret-source'
    | 'config.secret-rights'
    | 'config.secret-box'
    | 'config.secret-missing'
    | 'config.secret-registry'
    | 'config.secret-value'
  readonly hint: string
  constructor(code: SecretError['code'], message: string, hint: string) {
    super(message)
    this.name = 'SecretError'
    this.code = code
    this.hint = hint
  }
}

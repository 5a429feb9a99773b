/** What the process of a screen says to the worker that its engine runs in. */
export interface WorkerStart {
  readonly profile: string | undefined
  readonly flags: Readonly<Record<string, unknown>>
  /** The word that a kill is raised in before anything else. */
  readonly killWord: SharedArrayBuffer
  /** Opens the secrets of the profile. */
  readonly passphrase?: Uint8Array | undefined
}

export type ToWorker = { readonly say: 'stop'; readonly how: 'safe' | 'flatten' | 'now' }

export type FromWorker =
  | { readonly say: 'opened' }
  /** It could not be opened: another engine, a broken file. */
  | {
      readonly say: 'refused'
      readonly message: string
      readonly code: number
      readonly reasonCode: string
      readonly hint: string
    }
  | { readonly say: 'ended'; readonly ok: boolean; readonly message: string; readonly report: string | undefined }

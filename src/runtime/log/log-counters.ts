/** What became of log lines since the start. Losing some is allowed; not knowing it is not. */
export interface LogCounters {
  /** Handed to the file. */
  written: number
  /** Lost because the file could not take them in time. */
  dropped: number
  /** Withheld because a secret still showed after masking. */
  leaked: number
  /** Shortened to the size of a line. */
  truncated: number
  /** Failures of the file: disk full, no permission. Its lines wait in the buffer. */
  errors: number
}

export function logCounters(): LogCounters {
  return { written: 0, dropped: 0, leaked: 0, truncated: 0, errors: 0 }
}

/** Flags of the commands that start an engine, by the key of the setting that they stand above. */
export function engineFlags(options: {
  readonly speed?: number | undefined
  readonly seed?: number | undefined
}): Record<string, unknown> {
  const flags: Record<string, unknown> = {}
  if (options.speed !== undefined) flags['engine.speed'] = options.speed
  if (options.seed !== undefined) flags['engine.seed'] = options.seed
  return flags
}

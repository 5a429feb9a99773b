import { EXIT, type ExitCode } from './exit-code.ts'
import { VERSION } from './version.ts'

/**
 * Runs the program with its arguments and returns its exit code. What a command needs is loaded when it is asked for, so
 * that `--version` costs next to nothing.
 */
export async function run(args: readonly string[]): Promise<ExitCode> {
  if (args.length === 1 && (args[0] === '--version' || args[0] === '-V')) {
    process.stdout.write(`${VERSION}\n`)
    return EXIT.ok
  }
  // A reader that has seen enough (`| head`) is no failure of ours.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
  const { runCommand } = await import('./command-line.ts')
  return runCommand(args)
}

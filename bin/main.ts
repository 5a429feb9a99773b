/** Entry of the built program. Checks the runtime before anything is loaded that an older one would crash on. */
const major = Number(process.versions.node.split('.')[0])
if (major < 26) {
  process.stderr.write(
    `profinaut needs Node 26, found ${process.version}.\nIt brings its own: run \`npm ci\` in its folder and start it with bin/profinaut. On slim Linux images install libatomic1.\n`,
  )
  process.exit(1)
}
const { run } = await import('../commands/program.ts')
process.exitCode = await run(process.argv.slice(2))

import { Command } from 'commander'
export const replayCommand = (_d: any) => new Command('replay')

import { Command } from 'commander'
export const runsCommand = (_d: any) => new Command('runs')

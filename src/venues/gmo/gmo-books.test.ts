import { describeFaults } from '../../../fixtures/venues/fault-kit.ts'
import { gmoServer } from '../../../fixtures/venues/gmo/gmo-server.ts'
import { GmoConnector } from './gmo-connector.ts'

describeFaults({
  name: 'GMO Coin',
  instrumentId: 'gmo.BTC_JPY',
  serve: () => gmoServer(),
  connect: ({ server }, { clock, key }) =>
    Promise.resolve(new GmoConnector({ clock, key: () => key, practiceUrl: server.url })),
})

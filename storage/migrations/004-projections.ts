import type { Migration } from './migration.ts'

/**
 * What the journal says is, as rows: folded from events and from nothing else, dropped and folded again at will. Money is the
 * decimal digits of its quanta as text, which no integer of SQLite holds; prices are ticks, quantities lots. `no` keeps the
 * order in which rows first appeared; a `position` is that of an event.
 */
export const projectionsMigration: Migration = {
  version: 4,
  name: 'projections',
  sql: `
    CREATE TABLE orders (
      no INTEGER PRIMARY KEY,
      id TEXT NOT NULL UNIQUE,
      intent_id TEXT NOT NULL,
      bot_id TEXT NOT NULL,
      instrument_id TEXT NOT NULL,
      side TEXT NOT NULL,
      type TEXT NOT NULL,
      time_in_force TEXT NOT NULL,
      reduce_only INTEGER NOT NULL CHECK (reduce_only IN (0, 1)),
      origin TEXT NOT NULL,
      reason_code TEXT NOT NULL,
      parent_id TEXT,
      oco_group TEXT,
      stop_loss INTEGER,
      take_profit INTEGER,
      idempotency_key TEXT,
      trace INTEGER NOT NULL,
      created_ts INTEGER NOT NULL,
      arrival_price INTEGER,
      state TEXT NOT NULL,
      qty INTEGER NOT NULL,
      filled INTEGER NOT NULL,
      limit_price INTEGER,
      stop_price INTEGER,
      trail INTEGER,
      venue_order_id TEXT,
      decision_id TEXT,
      last_seq INTEGER NOT NULL,
      since_ts INTEGER NOT NULL,
      pending_amend TEXT CHECK (pending_amend IS NULL OR json_valid(pending_amend)),
      filled_ticks REAL NOT NULL,
      trade_ids TEXT NOT NULL CHECK (json_valid(trade_ids)),
      sent_ts INTEGER,
      answered_ts INTEGER,
      fees TEXT NOT NULL,
      end_code TEXT,
      closed INTEGER,
      run_no INTEGER NOT NULL,
      ended_position INTEGER,
      is_remembered INTEGER NOT NULL CHECK (is_remembered IN (0, 1))
    ) STRICT;
    CREATE INDEX orders_working ON orders (no) WHERE ended_position IS NULL;
    CREATE INDEX orders_remembered ON orders (ended_position) WHERE ended_position IS NOT NULL AND is_remembered = 1;
    CREATE INDEX orders_by_state ON orders (state, created_ts);
    CREATE INDEX orders_by_bot ON orders (bot_id, created_ts);
    CREATE INDEX orders_by_instrument ON orders (instrument_id, created_ts);
    CREATE INDEX orders_by_time ON orders (created_ts);

    CREATE TABLE fills (
      no INTEGER PRIMARY KEY,
      trade_id TEXT NOT NULL,
      order_id TEXT NOT NULL,
      bot_id TEXT NOT NULL,
      instrument_id TEXT NOT NULL,
      side TEXT NOT NULL,
      price INTEGER NOT NULL,
      qty INTEGER NOT NULL,
      liquidity TEXT NOT NULL,
      fee TEXT NOT NULL,
      fee_currency TEXT NOT NULL,
      venue_ts INTEGER NOT NULL,
      ts INTEGER NOT NULL,
      arrival_price INTEGER,
      realised TEXT NOT NULL,
      position INTEGER NOT NULL,
      UNIQUE (order_id, trade_id)
    ) STRICT;
    CREATE INDEX fills_by_time ON fills (ts);
    CREATE INDEX fills_by_bot ON fills (bot_id, ts);
    CREATE INDEX fills_by_instrument ON fills (instrument_id, ts);
    CREATE TRIGGER fills_no_update BEFORE UPDATE ON fills
    BEGIN SELECT RAISE(ABORT, 'fills are append-only: what was executed stays'); END;
    CREATE TRIGGER fills_no_delete BEFORE DELETE ON fills
    BEGIN SELECT RAISE(ABORT, 'fills are append-only: what was executed stays'); END;

    CREATE TABLE holdings (
      no INTEGER PRIMARY KEY,
      bot_id TEXT NOT NULL,
      instrument_id TEXT NOT NULL,
      qty INTEGER NOT NULL,
      cost TEXT NOT NULL,
      realised TEXT NOT NULL,
      fees TEXT NOT NULL,
      funding TEXT NOT NULL,
      opened_ts INTEGER,
      UNIQUE (bot_id, instrument_id)
    ) STRICT;

    CREATE TABLE balances (
      no INTEGER PRIMARY KEY,
      account TEXT NOT NULL,
      currency TEXT NOT NULL,
      amount TEXT NOT NULL,
      UNIQUE (account, currency)
    ) STRICT;

    CREATE TABLE bots (
      no INTEGER PRIMARY KEY,
      id TEXT NOT NULL UNIQUE,
      strategy_id TEXT NOT NULL,
      strategy_version TEXT NOT NULL,
      params TEXT NOT NULL CHECK (json_valid(params)),
      allocation TEXT NOT NULL,
      instruments TEXT NOT NULL CHECK (json_valid(instruments)),
      state TEXT NOT NULL,
      reason_code TEXT NOT NULL,
      detail TEXT NOT NULL,
      since_ts INTEGER NOT NULL,
      cash TEXT NOT NULL CHECK (json_valid(cash)),
      saved_version INTEGER,
      saved_state TEXT,
      CHECK ((saved_version IS NULL) = (saved_state IS NULL))
    ) STRICT;

    CREATE TABLE safety (
      one INTEGER PRIMARY KEY CHECK (one = 1),
      mode TEXT NOT NULL,
      clear_since_ts INTEGER NOT NULL,
      mode_since_ts INTEGER NOT NULL,
      degraded_entries TEXT NOT NULL CHECK (json_valid(degraded_entries)),
      is_only_warming INTEGER CHECK (is_only_warming IN (0, 1))
    ) STRICT;
    CREATE TABLE safety_reasons (
      no INTEGER PRIMARY KEY,
      code TEXT NOT NULL UNIQUE,
      mode TEXT NOT NULL,
      since_ts INTEGER NOT NULL,
      detail TEXT NOT NULL
    ) STRICT;
    CREATE TABLE kills (
      no INTEGER PRIMARY KEY,
      scope TEXT NOT NULL UNIQUE,
      level TEXT NOT NULL,
      reason TEXT NOT NULL,
      actor TEXT NOT NULL,
      since_ts INTEGER NOT NULL
    ) STRICT;

    CREATE TABLE progress (
      one INTEGER PRIMARY KEY CHECK (one = 1),
      position INTEGER NOT NULL,
      inputs INTEGER NOT NULL,
      intents INTEGER NOT NULL,
      decisions INTEGER NOT NULL,
      orders INTEGER NOT NULL,
      last_ts INTEGER NOT NULL,
      base_currency TEXT
    ) STRICT;

    CREATE TABLE reconcile_results (
      position INTEGER PRIMARY KEY,
      reconcile_id TEXT NOT NULL,
      ts INTEGER NOT NULL,
      venue_id TEXT NOT NULL,
      status TEXT NOT NULL,
      compared INTEGER NOT NULL,
      differences INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX reconcile_results_by_id ON reconcile_results (reconcile_id);
    CREATE TABLE reconcile_items (
      position INTEGER PRIMARY KEY,
      reconcile_id TEXT NOT NULL,
      ts INTEGER NOT NULL,
      category TEXT NOT NULL,
      subject TEXT NOT NULL,
      reason_code TEXT NOT NULL,
      evidence TEXT NOT NULL CHECK (json_valid(evidence))
    ) STRICT;
    CREATE INDEX reconcile_items_by_id ON reconcile_items (reconcile_id);
    CREATE TRIGGER reconcile_results_no_update BEFORE UPDATE ON reconcile_results
    BEGIN SELECT RAISE(ABORT, 'results are append-only: reconcile again'); END;
    CREATE TRIGGER reconcile_results_no_delete BEFORE DELETE ON reconcile_results
    BEGIN SELECT RAISE(ABORT, 'results are append-only: reconcile again'); END;
    CREATE TRIGGER reconcile_items_no_update BEFORE UPDATE ON reconcile_items
    BEGIN SELECT RAISE(ABORT, 'results are append-only: reconcile again'); END;
    CREATE TRIGGER reconcile_items_no_delete BEFORE DELETE ON reconcile_items
    BEGIN SELECT RAISE(ABORT, 'results are append-only: reconcile again'); END;

    CREATE INDEX events_by_order ON events (json_extract(payload, '$.order_id'), position)
      WHERE json_extract(payload, '$.order_id') IS NOT NULL;
  `,
}

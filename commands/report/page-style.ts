/** The style sheet of the report page: light and dark by the reader's setting, one column on a phone, ink on paper. */
export const PAGE_STYLE = `
:root {
  color-scheme: light dark;
  --page: #f6f7f9; --card: #ffffff; --ink: #15191f; --soft: #5b6572; --line: #e3e7ec;
  --accent: #2f6fde; --accent-fill: rgba(47, 111, 222, 0.14);
  --gain: #0b7d4f; --loss: #c0323b; --loss-fill: rgba(192, 50, 59, 0.16);
  --buy: #1f6feb; --sell: #d9640a; --warn: #8a5a00; --warn-fill: #fff4dc; --grid: #edf0f3;
  --heat-gain: 11, 125, 79; --heat-loss: 192, 50, 59;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0e1116; --card: #161b22; --ink: #e8ecf1; --soft: #93a0af; --line: #272e38;
    --accent: #6aa5ff; --accent-fill: rgba(106, 165, 255, 0.16);
    --gain: #3fcf8e; --loss: #ff7b7f; --loss-fill: rgba(255, 123, 127, 0.2);
    --buy: #6aa5ff; --sell: #ffa057; --warn: #f2c063; --warn-fill: #2b2415; --grid: #1f262f;
    --heat-gain: 46, 180, 120; --heat-loss: 240, 90, 96;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; -webkit-text-size-adjust: 100%; }
main { max-width: 1180px; margin: 0 auto; padding: 28px 20px 56px; }
h1 { font-size: 26px; line-height: 1.2; margin: 0 0 6px; letter-spacing: -0.01em; overflow-wrap: anywhere; }
h2 { font-size: 16px; margin: 0; }
h3 { font-size: 12px; text-transform: uppercase; letter-spacing: 0.07em; color: var(--soft); margin: 0 0 6px; }
p { margin: 0; }
.soft { color: var(--soft); }
.mono { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: 12.5px; overflow-wrap: anywhere; }
.num { font-variant-numeric: tabular-nums; white-space: nowrap; }
.gain { color: var(--gain); } .loss { color: var(--loss); }
.chips { display: flex; flex-wrap: wrap; gap: 6px; margin-top: 10px; }
.chip { border: 1px solid var(--line); background: var(--card); border-radius: 999px; padding: 1px 10px; font-size: 13px; overflow-wrap: anywhere; }
.chip b { font-weight: 600; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 16px 18px; margin-top: 16px; min-width: 0; }
.head { display: flex; flex-wrap: wrap; gap: 8px 14px; align-items: baseline; justify-content: space-between; margin-bottom: 8px; }
.next { margin-top: 14px; }
.head .soft { font-size: 13px; }
.tiles { display: grid; grid-template-columns: repeat(6, 1fr); gap: 12px; margin-top: 20px; }
.tile { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 12px 14px; min-width: 0; }
.tile .name { font-size: 12.5px; color: var(--soft); }
.tile .value { font-size: 22px; font-weight: 650; line-height: 1.3; letter-spacing: -0.01em; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
.tile .num { white-space: normal; }
.tile .more { font-size: 12px; line-height: 1.35; color: var(--soft); }
.withheld { color: var(--soft); font-weight: 500; }
.note { border-radius: 10px; padding: 8px 14px; margin-top: 12px; background: var(--warn-fill); color: var(--warn); font-size: 14px; }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(300px, 1fr)); gap: 0 36px; }
.groups { columns: 3 290px; column-gap: 36px; }
.group { break-inside: avoid; padding: 10px 0 6px; min-width: 0; }
.row { display: flex; justify-content: space-between; gap: 14px; padding: 4px 0; border-bottom: 1px solid var(--line); font-size: 14px; }
.row:last-child { border-bottom: 0; }
.row .why { display: block; font-size: 12px; color: var(--soft); line-height: 1.35; }
.row > :last-child { text-align: right; }
.scroll { overflow-x: auto; -webkit-overflow-scrolling: touch; }
table { border-collapse: collapse; width: 100%; font-size: 14px; font-variant-numeric: tabular-nums; }
th { text-align: right; font-weight: 500; color: var(--soft); font-size: 12.5px; padding: 4px 8px; white-space: nowrap; }
td { text-align: right; padding: 5px 8px; border-top: 1px solid var(--line); white-space: nowrap; }
th:first-child, td:first-child { text-align: left; }
.heat { min-width: 700px; border-collapse: separate; border-spacing: 2px; }
.heat td { border: 0; border-radius: 5px; padding: 6px 4px; text-align: center; font-size: 13px; }
.heat th { text-align: center; padding: 2px 4px; }
.heat td:first-child, .heat th:first-child { text-align: left; color: var(--soft); }
.heat td:last-child { font-weight: 650; }
dl { margin: 0; } dt { font-weight: 600; font-size: 14px; margin-top: 8px; } dt:first-child { margin-top: 0; } dd { margin: 0; font-size: 14px; }
ul { margin: 0; padding-left: 18px; font-size: 14px; }
.chart { width: 100%; touch-action: pan-y; }
.chart .u-legend { font-size: 12.5px; text-align: left; color: var(--soft); }
.chart .u-legend .u-value { color: var(--ink); font-variant-numeric: tabular-nums; }
.chart .u-legend th { padding: 0; }
.chart .u-legend td { border: 0; padding: 0 0 0 4px; text-align: left; }
.chart .u-legend .u-marker { border-radius: 2px; }
.chart .u-select { background: var(--accent-fill); }
.chart .u-cursor-x, .chart .u-cursor-y { border-color: var(--soft); }
.tools { display: flex; flex-wrap: wrap; gap: 6px; }
button, select { font: inherit; font-size: 13px; color: var(--ink); background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 3px 10px; min-height: 30px; }
button { cursor: pointer; } button:hover { border-color: var(--soft); }
button[aria-pressed="true"] { border-color: var(--accent); color: var(--accent); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.keys { font-size: 13px; margin-top: 4px; }
.key { display: inline-flex; align-items: center; gap: 5px; margin-right: 12px; }
footer { margin-top: 24px; color: var(--soft); font-size: 12.5px; }
@media (max-width: 980px) { .tiles { grid-template-columns: repeat(3, 1fr); } }
@media (max-width: 560px) {
  main { padding: 18px 12px 40px; } h1 { font-size: 21px; }
  .tiles { grid-template-columns: repeat(2, 1fr); gap: 8px; } .tile .value { font-size: 19px; }
  .card { padding: 12px; border-radius: 10px; } td, th { padding-left: 5px; padding-right: 5px; }
}
@media print { body { background: #fff; } .tools { display: none; } .card, .tile { break-inside: avoid; } }
`

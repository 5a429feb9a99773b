/**
 * What the report page runs in a browser: draws the charts from the data in the page, keeps their cursors and zoom
 * together, and follows the reader's colours. It is text, not a module, because it is never run by this program.
 */
export const PAGE_SCRIPT = String.raw`
(() => {
  'use strict'
  const data = JSON.parse(document.getElementById('report-data').textContent)
  const charts = []
  let isLog = false
  let chosen = 0
  let zoom = null
  let isSyncing = false
  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim()
  const group = (text) => text.replace(/^-?\d+/, (whole) => whole.replace(/\B(?=(\d{3})+$)/g, ','))
  const fixed = (digits) => (value) => (value == null ? '--' : group(value.toFixed(digits)))
  const percent = (value) => (value == null ? '--' : (value * 100).toFixed(2) + '%')
  const pad = (part) => String(part).padStart(2, '0')
  const stamp = (seconds) => {
    if (seconds == null) return '--'
    const at = new Date(seconds * 1000)
    const day = at.getUTCFullYear() + '-' + pad(at.getUTCMonth() + 1) + '-' + pad(at.getUTCDate())
    return day + ' ' + pad(at.getUTCHours()) + ':' + pad(at.getUTCMinutes()) + ' UTC'
  }
  // Axis labels as short as their distance allows: 9,500 or 0.0123, never 9,500.00.
  const axisNumber = (u, splits) => {
    const step = splits.length > 1 ? Math.abs(splits[1] - splits[0]) : 1
    const digits = step >= 1 ? 0 : Math.min(8, Math.ceil(-Math.log10(step) - 1e-9))
    return splits.map((split) => (split == null ? '' : group(split.toFixed(digits))))
  }
  const axisPercent = (u, splits) => {
    const step = splits.length > 1 ? Math.abs(splits[1] - splits[0]) * 100 : 1
    const digits = step >= 1 ? 0 : Math.min(4, Math.ceil(-Math.log10(step) - 1e-9))
    return splits.map((split) => (split * 100).toFixed(digits) + '%')
  }

  // ISO dates, the year (or the day) on a second line where it begins.
  const axisTime = (u, splits, axis, space, step) => {
    let shown = ''
    return splits.map((split) => {
      const text = stamp(split)
      const [main, under] =
        step >= 86400 * 300 ? [text.slice(0, 4), ''] :
        step >= 86400 * 27 ? [text.slice(0, 7), ''] :
        step >= 86400 ? [text.slice(5, 10), text.slice(0, 4)] :
        [step >= 60 ? text.slice(11, 16) : new Date(split * 1000).toISOString().slice(11, 19), text.slice(0, 10)]
      const label = under === '' || under === shown ? main : main + '\n' + under
      shown = under
      return label
    })
  }

  const axes = (values) => {
    const look = { stroke: css('--soft'), grid: { stroke: css('--grid'), width: 1 }, ticks: { show: false }, font: '12px system-ui, sans-serif' }
    return [{ ...look, values: axisTime, space: 72 }, { ...look, values, size: 68 }]
  }

  const setZoom = (min, max, from) => {
    if (isSyncing) return
    isSyncing = true
    zoom = min == null ? null : { min, max }
    for (const chart of charts) if (chart !== from) chart.setScale('x', { min, max })
    isSyncing = false
  }

  const options = (host, height, rest) => ({
    width: host.clientWidth,
    height,
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC'),
    cursor: { sync: { key: 'report', setSeries: false }, drag: { x: true, y: false }, points: { size: 7 } },
    ...rest,
    scales: { x: { time: true, range: (u, min, max) => (min === max ? [min - 1, max + 1] : [min, max]) }, ...rest.scales },
    hooks: {
      ...rest.hooks,
      setScale: [(u, key) => { if (key === 'x') setZoom(u.scales.x.min, u.scales.x.max, u) }],
      ready: [pinch],
    },
  })

  // Two fingers zoom; one finger still scrolls the page and moves the cursor.
  const pinch = (u) => {
    let start = null
    const at = (touch) => touch.clientX - u.over.getBoundingClientRect().left
    u.over.addEventListener('touchstart', (event) => {
      if (event.touches.length !== 2) { start = null; return }
      start = [u.posToVal(at(event.touches[0]), 'x'), u.posToVal(at(event.touches[1]), 'x')]
    }, { passive: true })
    u.over.addEventListener('touchmove', (event) => {
      if (event.touches.length === 1) {
        const box = u.over.getBoundingClientRect()
        u.setCursor({ left: at(event.touches[0]), top: event.touches[0].clientY - box.top })
        return
      }
      if (start === null || event.touches.length !== 2) return
      event.preventDefault()
      const width = u.over.clientWidth
      const [a, b] = [at(event.touches[0]) / width, at(event.touches[1]) / width]
      if (Math.abs(b - a) < 0.05) return
      const perWidth = (start[1] - start[0]) / (b - a)
      const min = start[0] - a * perWidth
      u.setScale('x', { min: Math.max(min, data.from), max: Math.min(min + perWidth, data.to) })
    }, { passive: false })
  }

  const draw = (id, height, make) => {
    const host = document.getElementById(id)
    if (host === null) return
    const { rows, ...rest } = make()
    const chart = new uPlot(options(host, height, rest), rows, host)
    charts.push(chart)
    new ResizeObserver(() => {
      if (host.clientWidth > 0 && host.clientWidth !== chart.width) chart.setSize({ width: host.clientWidth, height })
    }).observe(host)
  }

  const equityChart = () => {
    const { x, y } = data.equity
    let top = -Infinity
    const peak = y.map((value) => (top = Math.max(top, value)))
    return {
      rows: [x, y, peak],
      scales: { y: isLog ? { distr: 3 } : {} },
      axes: axes(axisNumber),
      series: [
        { label: 'Time', value: (u, v) => stamp(v) },
        { label: 'Equity', stroke: css('--accent'), width: 1.6, fill: css('--accent-fill'), fillTo: (u) => u.scales.y.min, value: (u, v) => fixed(data.moneyDecimals)(v), points: { show: false } },
        { label: 'Peak', auto: false, stroke: css('--soft'), width: 1, dash: [4, 4], value: (u, v) => fixed(data.moneyDecimals)(v), points: { show: false } },
      ],
    }
  }

  const drawdownChart = () => ({
    rows: [data.equity.x, data.drawdown],
    scales: { y: { range: (u, min) => [Math.min(min * 1.05, -0.001), 0] } },
    axes: axes(axisPercent),
    series: [
      { label: 'Time', value: (u, v) => stamp(v) },
      { label: 'Drawdown', stroke: css('--loss'), width: 1.2, fill: css('--loss-fill'), fillTo: 0, value: (u, v) => percent(v), points: { show: false } },
    ],
  })

  const MOST_CANDLES = 180
  const firstAt = (sorted, value) => {
    let low = 0
    let high = sorted.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (sorted[middle] < value) low = middle + 1
      else high = middle
    }
    return low
  }

  const inView = (u, price) => [firstAt(price.x, u.scales.x.min), firstAt(price.x, u.scales.x.max + 1e-6)]
  const hasCandles = ([from, to]) => to - from >= 2 && to - from <= MOST_CANDLES
  const drawCandles = (u, price) => {
    const [from, to] = inView(u, price)
    if (!hasCandles([from, to])) return
    const { ctx } = u
    const width = Math.max(1, Math.floor((u.bbox.width / (to - from)) * 0.6))
    for (let at = from; at < to; at++) {
      const x = Math.round(u.valToPos(price.x[at], 'x', true))
      const y = (value) => Math.round(u.valToPos(value, 'y', true))
      const isUp = price.close[at] >= price.open[at]
      ctx.fillStyle = ctx.strokeStyle = css(isUp ? '--gain' : '--loss')
      ctx.fillRect(x, y(price.high[at]), 1, Math.max(1, y(price.low[at]) - y(price.high[at])))
      const top = Math.min(y(price.open[at]), y(price.close[at]))
      ctx.fillRect(x - (width >> 1), top, width, Math.max(1, Math.abs(y(price.open[at]) - y(price.close[at]))))
    }
  }

  const drawMarks = (u, marks) => {
    const from = firstAt(marks.x, u.scales.x.min)
    const to = firstAt(marks.x, u.scales.x.max + 1e-6)
    const size = (to - from > 400 ? 2.5 : to - from > 120 ? 3.5 : 5) * devicePixelRatio
    const { ctx } = u
    for (let at = from; at < to; at++) {
      const x = u.valToPos(marks.x[at], 'x', true)
      const y = u.valToPos(marks.y[at], 'y', true)
      const up = marks.side[at] > 0 ? 1 : -1
      ctx.fillStyle = css(up > 0 ? '--buy' : '--sell')
      ctx.beginPath()
      ctx.moveTo(x, y + up)
      ctx.lineTo(x - size, y + up * size * 1.9)
      ctx.lineTo(x + size, y + up * size * 1.9)
      ctx.fill()
    }
  }

  const priceChart = () => {
    const { price, marks, decimals } = data.instruments[chosen]
    const shown = (u, v) => fixed(decimals)(v)
    const band = { stroke: 'transparent', width: 0, points: { show: false } }
    return {
      rows: [price.x, price.high, price.low, price.close],
      scales: { y: {} },
      axes: axes(axisNumber),
      bands: [{ series: [1, 2], fill: (u) => (hasCandles(inView(u, price)) ? 'transparent' : css('--accent-fill')) }],
      series: [
        { label: 'Time', value: (u, v) => stamp(v) },
        { ...band, label: 'High', value: shown },
        { ...band, label: 'Low', value: shown },
        { label: 'Close', stroke: (u) => (hasCandles(inView(u, price)) ? 'transparent' : css('--soft')), width: 1.1, value: shown, points: { show: false } },
      ],
      hooks: {
        draw: [(u) => {
          u.ctx.save()
          u.ctx.beginPath()
          u.ctx.rect(u.bbox.left, u.bbox.top, u.bbox.width, u.bbox.height)
          u.ctx.clip()
          drawCandles(u, price)
          drawMarks(u, marks)
          u.ctx.restore()
        }],
      },
    }
  }

  const drawAll = () => {
    const kept = zoom
    for (const chart of charts.splice(0)) chart.destroy()
    isSyncing = true
    draw('equity', innerWidth < 560 ? 240 : 320, equityChart)
    draw('drawdown', innerWidth < 560 ? 130 : 160, drawdownChart)
    if (data.instruments.length > 0) draw('price', innerWidth < 560 ? 260 : 340, priceChart)
    isSyncing = false
    const all = kept ?? { min: data.from, max: data.to }
    for (const chart of charts) chart.setScale('x', all)
  }

  const press = (id, act) => {
    const button = document.getElementById(id)
    if (button !== null) button.addEventListener('click', () => act(button))
  }
  press('log', (button) => {
    isLog = !isLog
    button.setAttribute('aria-pressed', String(isLog))
    drawAll()
  })
  press('reset', () => {
    zoom = null
    drawAll()
  })
  const choice = document.getElementById('instrument')
  if (choice !== null) choice.addEventListener('change', () => {
    chosen = Number(choice.value)
    drawAll()
  })
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', drawAll)
  drawAll()
})()
`

// Follows every link and presses every button of our pages, breadth first, from one state.
import { placeOf } from './page.mjs';
import { Walk } from './walk.mjs';

// Pages that every session shows alike: their ways are walked from the states that begin there (`deep`).
const everySession = /^\/vneid\/(identity(\/.*)?|links|vault|logout|signed-out|guide)$/;
const mostPresses = 5;

/** The graph of a state: its pages by key, each with the ways that lead on, and what was noticed on the way. */
export async function crawl(site, browser, state, until) {
  const graph = { state, start: null, pages: new Map(), faults: [], cut: false };
  const queue = [];

  // Walks anew to where `steps` lead; the browser is handed to `then`.
  async function walk(steps, then) {
    const who = state.who?.();
    const traveller = await Walk.begin(site, browser, who, { javaScriptEnabled: state.script, ...state.browser });
    try {
      await state.enter(traveller);
      for (const step of steps) await traveller.take(step);
      return await then(traveller);
    } finally {
      graph.faults.push(...traveller.noticed.splice(0).map((one) => ({ ...one, fault: 'noticed' })));
      await traveller.end();
    }
  }

  function note(found, steps, presses) {
    graph.start ??= found.key;
    if (graph.pages.has(found.key)) return;
    graph.pages.set(found.key, { ...found, to: [] });
    if (expands(found, state) && presses < mostPresses) queue.push({ key: found.key, steps, presses });
  }

  async function take(traveller, way, from, steps, presses) {
    const there = await arrive(traveller, way, from, graph);
    from.to.push({ way: way.text, key: there.key });
    note(there, [...steps, way], presses);
  }

  const unwalked = (from, way) => (error) => graph.faults.push(
    { page: from.path, fault: 'unwalkable', what: `${way}: ${error.message.split('\n')[0]}` });

  await walk([], async (traveller) => note(await traveller.read(), [], 0));
  while (queue.length) {
    const { key, steps, presses } = queue.shift();
    const from = graph.pages.get(key);
    if (Date.now() > until) { graph.cut = true; return graph; }
    // Links change nothing, so one walk serves them all; what is pressed is pressed in a fresh copy of the state.
    const [links, buttons] = [true, false].map((wanted) => waysOf(from, state).filter(({ kind }) => (kind === 'link') === wanted));
    if (links.length) {
      await walk(steps, async (traveller) => {
        for (const way of waysOf(await traveller.read(), state).filter(({ kind }) => kind === 'link')) {
          await take(traveller, way, from, steps, presses).catch(unwalked(from, way.text));
        }
      }).catch(unwalked(from, 'links'));
    }
    for (const way of buttons) {
      await walk(steps, (traveller) => take(traveller, way, from, steps, presses + 1)).catch(unwalked(from, way.text));
    }
  }
  return graph;
}

async function arrive(traveller, way, from, graph) {
  try {
    await traveller.take(way);
  } catch (error) {
    if (/Download is starting|net::ERR_ABORTED/.test(error.message)) return keep(graph, { kind: 'file', path: way.href, key: `file ${new URL(way.href).pathname}`, ways: [], status: 200 });
    throw error;
  }
  const there = await traveller.read();
  if (way.kind === 'link' && (there.status === 404 || there.status >= 500) && !graph.state.away) {
    graph.faults.push({ page: from.path, fault: 'broken link', what: `${way.text} → ${there.path}: ${there.status}` });
  }
  return there;
}

function keep(graph, page) {
  if (!graph.pages.has(page.key)) graph.pages.set(page.key, { ...page, to: [] });
  return page;
}

const expands = (page, state) => page.kind === 'provider' || (page.kind === 'ours' && (state.deep || !everySession.test(page.path)));

/** What to try on a page. Links to a place of the page itself and out of the world are judged without a walk. */
function waysOf(page, state) {
  if (page.kind === 'provider') return providersWays(page, state);
  const tried = new Set();
  const ways = page.ways.flatMap((way) => {
    if (way.kind === 'link') return isWalked(way, state) ? [way] : [];
    return way.typed && state.fills !== false ? [way, { ...way, fill: true }] : [way];
  });
  if (page.refresh) ways.push({ kind: 'link', text: '(tự tải lại)', href: page.refresh });
  return ways.filter((way) => {
    const same = `${way.kind} ${way.kind === 'link' ? new URL(way.href).pathname + oneCursor(way.href) : way.action} ${way.text} ${way.fill ?? ''}`;
    return !tried.has(same) && tried.add(same);
  }).filter((way) => !/^\/vneid\/vault\/.+/.test(way.href ? new URL(way.href).pathname : '') || firstFile(page, way));
}

const oneCursor = (href) => [...new URL(href).searchParams.keys()].join(',');
const firstFile = (page, way) => way === page.ways.find((one) => one.href && /^\/vneid\/vault\/.+/.test(new URL(one.href).pathname));

function isWalked(way, state) {
  const written = way.written ?? '';
  return !written.startsWith('#') && /^https?:/.test(way.href) && placeOf(new URL(way.href), state.site).kind !== 'elsewhere';
}

function providersWays(page, state) {
  const cancel = page.ways.find((way) => /^H(uỷ|ủy)$/.test(way.text));
  const login = page.ways.some((way) => way.text === 'Đăng nhập') && state.hasVneid !== false && !page.problem;
  return [...(login && !page.key.includes('khóa') ? [{ kind: 'vneid', text: '(đăng nhập VNeID)' }] : []), ...(cancel ? [cancel] : [])];
}

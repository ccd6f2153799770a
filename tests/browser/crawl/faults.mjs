// What is wrong with the pages of one state, judged by where their ways lead.
import { waysOn } from './page.mjs';

/** Each fault as {state, page, fault, what}. */
export function faultsOf(graph) {
  const { state, pages } = graph;
  const found = graph.faults.map((one) => ({ ...one, page: pathOf(one.page) }));
  const add = (page, fault, what) => found.push({ page: page.path, fault, what });
  for (const page of pages.values()) {
    if (page.kind !== 'ours') continue;
    if (!waysOn(page).length && !page.refresh) add(page, 'dead end', page.heading);
    for (const way of page.ways) if (way.broken) add(page, 'broken link', `${way.text} → ${way.written}`);
    if (!reaches(graph, page, goalOf(state))) add(page, 'no way out', page.heading);
  }
  const start = pages.get(graph.start);
  if (start && !graph.cut && !arrives(graph, start)) {
    add(start, 'stranded', state.ends ? 'no page says who helps' : `${state.wants ?? 'the portal'} is not reached`);
  }
  return found.map((one) => ({ state: state.name, ...one }));
}

const pathOf = (page) => (page.startsWith('http') ? new URL(page).pathname : page);

// Who helps is where a way may end only for a citizen who cannot go on by himself: on any other way a page that says so
// may stand in a circle.
const helps = (state, page) => Boolean(state.ends) && page.kind === 'ours' && page.helps;

// Leaves of the walk, from which a citizen can go on.
const goalOf = (state) => (page) => page.kind !== 'ours' || helps(state, page) || page.to.length === 0 && waysOn(page).length > 0;

function arrives(graph, start) {
  const { wants, ends } = graph.state;
  if (ends) return reaches(graph, start, (page) => helps(graph.state, page));
  const there = (page) => (wants ? page.kind === 'portal' && page.path === wants : page.kind !== 'ours' && page.kind !== 'provider');
  return reaches(graph, start, there);
}

function reaches(graph, from, goal) {
  const seen = new Set([from.key]);
  const open = [from];
  while (open.length) {
    const page = open.pop();
    if (goal(page)) return true;
    for (const { key } of page.to) {
      if (!seen.has(key) && graph.pages.has(key)) { seen.add(key); open.push(graph.pages.get(key)); }
    }
  }
  return false;
}

/** A line a page: state, page, ways. */
export function table(graphs) {
  return graphs.flatMap(({ state, pages, cut }) => [...pages.values()].filter((page) => page.kind === 'ours').map((page) =>
    `${state.name}${cut ? ' (cut)' : ''} | ${page.status} ${page.path} “${page.heading}” | ${page.to.map(({ way, key }) => `[${way}] → ${shorter(key)}`).join(', ')}`));
}

const shorter = (key) => key.replace(/ \[.*$/, '').replace(/^ours \/vneid\//, '').replace(/^(provider).*/, 'VNeID').replace(/^(portal|login) (\S+).*/, '$2');

// A crawler follows every link and presses every button of every page in every state: no dead end, no loop, nothing foreign.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { shots, stage } from './deployment.mjs';
import { album } from './crawl/album.mjs';
import { crawlAll } from './crawl/all.mjs';
import { faultsOf, table } from './crawl/faults.mjs';
import { isKnown, known } from './crawl/known.mjs';

const { site, browser } = await stage('--entry', '--crowd', process.env.VNEID_CROWD ?? '500');
const only = process.env.VNEID_STATES ? new RegExp(process.env.VNEID_STATES) : undefined;
const began = Date.now();
const graphs = await crawlAll(site, browser, { only, told: report });
const faults = graphs.flatMap(faultsOf);

// The table of states, pages and ways, and what is wrong with them: in build/crawl.txt, as far as it is.
function report(far) {
  const pages = new Set(far.flatMap((graph) => [...graph.pages.keys()]));
  const ways = far.flatMap((graph) => [...graph.pages.values()]).reduce((all, { to }) => all + to.length, 0);
  writeFileSync(`${shots}/../crawl.txt`, `${table(far).join('\n')}\n\n${far.flatMap(faultsOf).map(words).join('\n')}\n`);
  console.log(`${far.length} states, ${pages.size} pages, ${ways} ways in ${Math.round((Date.now() - began) / 1000)} s: build/crawl.txt`);
}

function words({ state, page, fault, what }) {
  return `${fault}: ${page} (${state}): ${what}`;
}

for (const kind of ['not entered', 'dead end', 'no way out', 'stranded', 'broken link', 'unwalkable', 'noticed']) {
  test(`no page of any state: ${kind}`, () => {
    assert.deepEqual([...new Set(faults.filter((one) => one.fault === kind && !isKnown(one)).map(words))], []);
  });
}

for (const one of known) {
  test(`to be mended: ${one.why}`, { todo: one.why }, () => {
    assert.deepEqual(faults.filter((fault) => isKnown(fault) === one).map(words), []);
  });
}

test('the whole crawl was done in its time, half of it without JavaScript', () => {
  assert.deepEqual(graphs.filter(({ cut }) => cut).map(({ state }) => state.name), []);
  assert.ok(graphs.filter(({ state }) => !state.script).length * 2 >= graphs.length - 1);
});

test('every page is accessible, light, and whole at twice the size', async () => {
  assert.deepEqual(await album(graphs).verdicts(browser), []);
});

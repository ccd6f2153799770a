// What the crawl calls a fault, on graphs of a few pages: no browser.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { faultsOf } from './crawl/faults.mjs';

const ours = (key, to, helps = false) => ({ kind: 'ours', key, path: `/vneid/${key}`, heading: key, helps, refresh: null,
  ways: to.map((text) => ({ kind: 'link', text, written: `/${text}` })), to: to.map((there) => ({ way: there, key: there })) });
const portal = (key, path) => ({ kind: 'portal', key, path, heading: key, ways: [], to: [] });

const faults = (state, pages) => faultsOf({ state: { name: 'a citizen', ...state }, start: pages[0].key, faults: [], cut: false,
  pages: new Map(pages.map((page) => [page.key, page])) }).map(({ fault, page }) => `${fault} ${page}`);

// C1: VNeID → "log in with that account" → VNeID …, each page with a telephone number and a way home.
const circle = [ours('link', ['refused', 'home'], true), ours('refused', ['link', 'home'], true), portal('home', '/')];

test('a circle is found though its pages say who helps', () => {
  assert.deepEqual(faults({ wants: '/nop-ho-so' }, circle), ['stranded /vneid/link']);
  assert.deepEqual(faults({ wants: '/nop-ho-so' }, [...circle.slice(0, 2), portal('home', '/nop-ho-so')]), []);
});

test('a circle without a way out of our pages is found at each of them', () => {
  const closed = [ours('link', ['refused'], true), ours('refused', ['link'], true)];
  assert.deepEqual(faults({}, closed), ['no way out /vneid/link', 'no way out /vneid/refused', 'stranded /vneid/link']);
});

test('who cannot get there must be told who helps', () => {
  assert.deepEqual(faults({ wants: '/nop-ho-so', ends: true }, circle), []);
  const silent = circle.map((page) => ({ ...page, helps: false }));
  assert.deepEqual(faults({ wants: '/nop-ho-so', ends: true }, silent), ['stranded /vneid/link']);
});

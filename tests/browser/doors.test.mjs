// Every door by which a citizen comes, with every outcome of the decision table: he ends where he wanted to go,
// or at a page with a next step that works.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stage } from './deployment.mjs';
import { doors, forward, stepsOn } from './crawl/doors.mjs';
import { cast } from './crawl/states.mjs';
import { Walk } from './crawl/walk.mjs';

const { site, browser } = await stage('--entry', '--crowd', '200');
const people = cast(site);

// `arrives`: he gets where he wanted to go, and is linked; `ends`: he cannot, and is told who helps.
const outcomes = {
  link: { who: people.fresh('link'), arrives: true },
  'level 1': { who: people.named('level1'), ends: true },
  'another name': { who: people.named('mismatch_name'), ends: true },
  'another number': { who: people.named('other_number'), ends: true },
  'another birth date': { who: people.named('birth_differs'), ends: true },
  'number typed': { who: people.fresh('verify_first', 'self_entered') },
  'cancelled': { who: people.named('happy'), cancels: true },
  'no account of his number': { who: people.named('no_number'), ends: true },
  'account closed': { who: people.named('inactive'), ends: true },
  'organisation at VNeID': { who: people.named('vneid_organization'), ends: true },
  'organisation': { who: people.named('organization'), ends: true },
  'no VNeID': { who: people.named('no_vneid'), ends: true },
};

// Each outcome at a quarter of the doors, each door with the link; all pairs on request.
const all = process.env.VNEID_DOORS === 'all';
const chosen = (name, outcome) => outcome === 'link'
  || (Object.keys(doors).indexOf(name) + Object.keys(outcomes).indexOf(outcome)) % 4 === 0;

// Where [Bỏ qua] has gone, so have the doors that it opened.
const policies = {
  notice: { nginx: '', has: () => true },
  enforced: { nginx: 'vneid_policy personal enforce; vneid_policy organization enforce;', has: (door) => !door.skips },
};

let number = 0;
for (const [policy, { nginx, has }] of Object.entries(policies)) {
  test(`${policy}: as nginx is set up`, () => site.control({ nginx }));
  for (const [name, door] of Object.entries(doors).filter(([, one]) => has(one))) {
    test(`${policy}: ${name}`, async (t) => {
      for (const [outcome, { who, arrives, ends, cancels }] of Object.entries(outcomes)) {
        if (door.only ? !door.only.includes(outcome) : !all && !chosen(name, outcome)) continue;
        const javaScriptEnabled = door.script || number++ % 2 === 0;
        await t.test(`${name} × ${outcome}`, () => enter(door, who(), { arrives, ends, cancels, javaScriptEnabled }));
      }
    });
  }
}

async function enter(door, who, { arrives, ends, cancels, javaScriptEnabled }) {
  const walk = await Walk.begin(site, browser, who, { javaScriptEnabled });
  try {
    await door.come(walk);
    const { way, asked } = await forward(walk, cancels);
    const path = new URL(walk.page.url()).pathname;
    if (door.offers && (arrives || door.only)) assert.ok(asked, `no way to VNeID: ${way.join(', ')}`);
    if (path === door.wants) return;
    assert.ok(!arrives, `wanted ${door.wants}, came by ${way.join(', ')}`);
    assert.ok(walk.page.url().startsWith(site.url), `left at ${walk.page.url()}`);
    assert.ok(!path.startsWith('/vneid/') || await stepsOn(walk, ends), `no next step: ${way.join(', ')}`);
  } finally {
    await walk.end();
  }
}

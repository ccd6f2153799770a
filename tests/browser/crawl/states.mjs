// Every state that a citizen may be in, by how the site is set up: whence he comes, who he is, what he wanted.
//   who     gives the citizen of one walk: a named case, or somebody new where the walk links
//   wants   the path he was on his way to (none: any page of the portal, its login, VNeID, or help will do)
//   ends    he can not get there: help must be offered instead (nowhere else is help a goal)
//   deep    the pages of a session are walked too
//   away    something is out of order: its pages may answer 5xx
const gate = '/nop-ho-so';
const first = (path) => `/vneid/login?return=${encodeURIComponent(path)}`;

export function cast(site) {
  const births = new Map(site.people.people.map((person) => [person.number, person.birth]));
  const withTruth = (who) => who && ({ ask: { number: who.vneid_number, cmnd: '', name: who.vneid_name, birth: births.get(who.vneid_number) }, ...who });
  const pools = new Map();
  return {
    named: (name) => () => withTruth({ ...site.scenarios[name], ...site.cases[name] }),
    // Somebody new for each walk.
    fresh: (expect, about) => () => {
      const key = `${expect} ${about ?? ''}`;
      if (!pools.has(key)) pools.set(key, site.crowd.filter((one) => one.expect === expect && (!about || one.about === about)));
      const who = pools.get(key).pop();
      if (!who) throw new Error(`nobody is left who is ${key}`);
      return withTruth(who);
    },
  };
}

const enter = {
  legacy: (next) => (walk) => walk.legacyLogin(walk.who, next),
  open: (path) => (walk) => walk.open(path),
  // Logged in with the password, the notice skipped.
  skipped: (path) => async (walk) => {
    await walk.legacyLogin();
    if (new URL(walk.page.url()).pathname === '/vneid/notice') await walk.press('skip');
    await walk.open(path);
  },
  linked: (path) => async (walk) => {
    await linkNow(walk);
    await walk.open(path);
  },
  again: (path) => async (walk) => {
    await linkNow(walk);
    await walk.page.context().clearCookies();
    await (path ? walk.open(path) : walk.legacyLogin());
  },
  posted: (before) => async (walk) => {
    await before(walk);
    await walk.page.setContent(`<form method="post" action="${walk.site.url}${gate}"><button>Gửi</button></form>`);
    await walk.go(() => walk.page.click('button'));
  },
};

async function linkNow(walk) {
  await walk.legacyLogin();
  await walk.press('vneid');
  await walk.vneidLogin();
}

const own = ['identity', 'identity/update', 'identity/edit', 'links', 'vault', 'notice', 'verify', 'linked', 'logout', 'signed-out',
  'signed-out?because=provider', 'login/choose', 'resume', 'no-such-page', 'callback/bca', `callback/bca?code=x&state=${'A'.repeat(43)}`,
  'assets/none.css', 'vault/none/none'];

function legacy(people, wants = '/trang-chu') {
  const table = [
    ['link', people.fresh('link')], ['link, flagged', people.fresh('link_flagged')], ['level 1', people.named('level1')],
    ['another name', people.named('mismatch_name')], ['another number', people.named('other_number')],
    ['another birth date', people.named('birth_differs')], ['number typed', people.fresh('verify_first', 'self_entered')],
    ['nine digits only', people.fresh('verify_first', 'cmnd_only')], ["a stranger's number typed", people.named('self_entered_stranger')],
    ['account closed', people.named('inactive')], ['VNeID locked', people.named('vneid_locked')], ['no VNeID', people.named('no_vneid')],
    ['organisation at VNeID', people.named('vneid_organization')], ['organisation', people.named('organization')],
    ['foreigner', people.named('foreign')],
  ];
  return table.map(([name, who]) => ({ name: `password: ${name}`, who, wants, enter: enter.legacy() }));
}

const before = (people) => [
  ...legacy(people),
  { name: 'password, on the way to a page', who: people.named('happy'), wants: '/ho-so', enter: enter.legacy('/ho-so') },
  { name: 'password: linked before', who: people.fresh('link'), wants: '/trang-chu', enter: enter.again() },
  { name: 'notice used', who: people.named('happy'), enter: async (walk) => { await walk.legacyLogin(); const at = walk.page.url(); await walk.press('skip'); await walk.open(at); } },
  { name: 'callback again in another browser', who: people.fresh('link'), enter: async (walk) => { await linkNow(walk); const way = walk.callback; await walk.page.context().clearCookies(); await walk.open(way); } },
  { name: 'skipped, then identity', who: people.fresh('verify_first', 'self_entered'), deep: true, enter: enter.skipped('/vneid/identity') },
  { name: 'skipped, then links', who: people.named('happy'), deep: true, enter: enter.skipped('/vneid/links') },
  { name: 'linked, then identity', who: people.fresh('link'), deep: true, enter: enter.linked('/vneid/identity') },
  { name: 'linked, then a large vault', who: people.named('large_vault'), deep: true, enter: async (walk) => { await walk.open(first('/vneid/vault')); await enterAs(walk); } },
  { name: 'VNeID first: linked', who: people.fresh('link'), wants: '/ho-so', enter: enter.again(first('/ho-so')) },
  { name: 'VNeID first: to adopt', who: people.fresh('link'), wants: '/ho-so', enter: enter.open(first('/ho-so')) },
  { name: 'VNeID first: two to adopt', who: people.named('two_accounts_a'), wants: '/ho-so', enter: enter.open(first('/ho-so')) },
  { name: 'VNeID first: nobody', who: people.named('no_number'), ends: true, enter: enter.open(first('/ho-so')) },
  { name: 'VNeID first: level 1', who: people.named('level1'), ends: true, enter: enter.open(first('/ho-so')) },
  { name: 'VNeID first: account closed', who: people.named('inactive'), ends: true, enter: enter.open(first('/ho-so')) },
  { name: 'VNeID first: organisation', who: people.named('vneid_organization'), ends: true, enter: enter.open(first('/ho-so')) },
  { name: 'VNeID first: another name', who: people.named('mismatch_name'), ends: true, enter: enter.open(first('/ho-so')) },
  { name: 'VNeID first: locked', who: people.named('vneid_locked'), enter: enter.open(first('/ho-so')) },
  { name: 'gate: nobody is logged in', who: people.fresh('link'), wants: gate, enter: enter.open(gate) },
  { name: 'gate: linked', who: people.fresh('link'), wants: gate, enter: enter.again(gate) },
  { name: 'gate: skipped', who: people.fresh('link'), wants: gate, enter: enter.skipped(gate) },
  { name: 'gate: skipped, number typed', who: people.fresh('verify_first', 'self_entered'), wants: gate, enter: enter.skipped(gate) },
  { name: 'gate: skipped, no number', who: people.fresh('verify_first', 'cmnd_only'), wants: gate, enter: enter.skipped(gate) },
  { name: 'gate: skipped, level 1', who: people.named('level1'), wants: gate, ends: true, enter: enter.skipped(gate) },
  { name: 'gate: a form of nobody', who: people.fresh('link'), wants: gate, enter: enter.posted(enter.open('/')) },
  { name: 'gate: a form of who skipped', who: people.fresh('link'), wants: gate, enter: enter.posted(enter.skipped('/trang-chu')) },
  ...own.map((path) => ({ name: `nobody at ${path}`, who: people.named('happy'), deep: true, enter: enter.open(`/vneid/${path}`) })),
];

async function enterAs(walk) {
  await walk.vneidLogin();
  if (walk.page.url().includes('/login/choose')) await walk.page.locator('main button.first').click();
  await walk.page.goto(`${walk.site.url}/vneid/vault`);
}

const away = (people, what) => [
  { name: `${what}: password`, away: true, who: people.named('happy'), wants: '/trang-chu', enter: enter.legacy() },
  { name: `${what}: VNeID first`, away: true, who: people.named('happy2'), enter: enter.open(first('/ho-so')) },
  { name: `${what}: gate`, away: true, who: people.named('happy2'), enter: enter.open(gate) },
];

const storesAway = (people) => ['identity', 'links', 'vault', 'notice', 'verify', 'linked', 'logout', 'login?return=/ho-so', 'login/choose']
  .map((path) => ({ name: `stores away at ${path}`, away: true, who: people.named('happy'), enter: enter.open(`/vneid/${path}`) }));

const enforced = (people) => [
  ...legacy(people).map((state) => ({ ...state, name: `enforced, ${state.name}`,
    ends: /level|another|stranger|closed|locked|no VNeID|organisation/.test(state.name) })),
  { name: 'enforced: linked before', who: people.fresh('link'), wants: '/trang-chu', enter: enter.again() },
  { name: 'enforced: gate', who: people.fresh('link'), wants: gate, enter: enter.open(gate) },
];

/** How the site is set up, one after the other, and the states to walk there. */
export const deployments = (people) => [
  { name: 'notice', nginx: '', states: before(people) },
  { name: 'forgotten sessions', nginx: '', one: true, states: [
    { name: 'notice expired', who: people.named('happy'), enter: async (walk) => { await walk.legacyLogin(); await walk.site.control({ forget: true }); await walk.page.reload(); } },
    { name: 'verification expired', who: people.named('self_entered'), enter: async (walk) => { await walk.legacyLogin(); await walk.press('vneid'); await walk.site.control({ forget: true }); await walk.page.reload(); } },
    { name: 'login expired at VNeID', who: people.named('happy'), enter: async (walk) => { await walk.legacyLogin(); await walk.press('vneid'); await walk.site.control({ forget: true }); await walk.vneidLogin(); } },
  ] },
  { name: 'provider away', nginx: '', switches: { down_token: true }, back: { reset: true }, states: away(people, 'provider away') },
  { name: 'provider not to be reached', nginx: '', switches: { down_all: true }, back: { reset: true }, states: away(people, 'provider down') },
  { name: 'population away', nginx: '', switches: { population: { fault: 'http_500' } }, back: { population: { reset: true } }, states: [
    { name: 'population away: number typed', away: true, who: people.named('self_entered'), wants: '/trang-chu', enter: enter.legacy() },
    { name: 'population away: update', away: true, deep: true, who: people.named('self_entered'), enter: enter.skipped('/vneid/identity/update') },
  ] },
  { name: 'stores away', nginx: '', switches: { stores: 'stop' }, back: { stores: 'start' }, states: [
    { name: 'stores away: password', away: true, who: people.named('happy'), wants: '/trang-chu', enter: enter.legacy() }, ...storesAway(people)] },
  { name: 'enforced', nginx: 'vneid_policy personal enforce; vneid_policy organization enforce;', states: enforced(people) },
  { name: 'closed', nginx: 'vneid_policy personal closed;', states: [
    { name: 'closed: password', who: people.named('happy'), ends: true, enter: enter.legacy() }] },
  { name: 'new accounts', nginx: 'vneid_new_accounts on;', states: [
    { name: 'new accounts: nobody', who: people.named('cmnd_only'), wants: '/ho-so', enter: enter.open(first('/ho-so')) },
    { name: 'new accounts: to adopt', who: people.fresh('link'), wants: '/ho-so', enter: enter.open(first('/ho-so')) },
    { name: 'new accounts: gate, number typed', who: people.fresh('verify_first', 'self_entered'), wants: gate, enter: enter.skipped(gate) }] },
  { name: 'kiosk', nginx: 'vneid_kiosk on;', states: [
    { name: 'kiosk: password', who: people.fresh('link'), wants: '/trang-chu', enter: enter.legacy() },
    { name: 'kiosk: linked', who: people.fresh('link'), deep: true, enter: enter.linked('/vneid/identity') }] },
];

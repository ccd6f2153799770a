// Faults that are known and being mended: the crawl reports them and does not fail. Empty is the goal.
export const known = [
  { fault: 'noticed', what: /favicon\.ico/, why: 'pages name no icon, so browsers ask the portal for /favicon.ico' },
  { fault: 'stranded', why: 'C1, C3: nowhere is said who helps (vneid_contact)' },
];

export const isKnown = (fault) => known.find(({ state, page, what, fault: kind }) =>
  (!state || state.test(fault.state)) && (!page || page.test(fault.page)) && (!what || what.test(fault.what)) && (!kind || kind === fault.fault));

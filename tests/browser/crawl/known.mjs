// Faults that are known and being mended: the crawl reports them and does not fail. Empty is the goal.
export const known = [];

export const isKnown = (fault) => known.find(({ state, page, what, fault: kind }) =>
  (!state || state.test(fault.state)) && (!page || page.test(fault.page)) && (!what || what.test(fault.what)) && (!kind || kind === fault.fault));

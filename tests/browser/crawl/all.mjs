// The whole crawl: every deployment in turn, its states a few at a time.
import { crawl } from './crawler.mjs';
import { cast, deployments } from './states.mjs';

const together = 3;

/** The graphs of all states. `options` are the browser's (a language); `only` limits the states by name; `told` hears how far it is. */
export async function crawlAll(site, browser, { seconds = Number(process.env.VNEID_CRAWL_SECONDS ?? 600), options = {}, only = /./, told = () => {} } = {}) {
  const graphs = [];
  const until = Date.now() + seconds * 1000;
  let number = 0;
  for (const deployment of deployments(cast(site))) {
    const states = deployment.states.filter((state) => only.test(state.name));
    if (!states.length) continue;
    await site.control({ nginx: deployment.nginx });
    if (deployment.switches) await site.control(deployment.switches);
    const walkOne = async (state) => {
      const whole = { ...state, site, browser: options, script: number++ % 2 === 0 };
      graphs.push(await crawl(site, browser, whole, until).catch((error) => failed(whole, error)));
    };
    await inTurns(states, deployment.one || deployment.switches ? 1 : together, walkOne);
    if (deployment.back) await site.control(deployment.back);
    told(graphs);
  }
  return graphs;
}

// A state that cannot even be entered is a fault of its own.
const failed = (state, error) => ({ state, start: null, pages: new Map(), cut: false,
  faults: [{ page: '-', fault: 'not entered', what: error.message.split('\n')[0] }] });

async function inTurns(list, width, work) {
  const left = [...list];
  await Promise.all(Array.from({ length: width }, async () => {
    while (left.length) await work(left.shift());
  }));
}

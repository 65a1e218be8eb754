/** `npm run bench:media`: bridged calls per core of the media engine, beside others. See docs/benchmarks.md. */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { namedAsterisk } from '../../../test/support/asterisk.js';
import { freeswitchCount } from '../../../test/support/freeswitch.js';
import { endWebRtc } from '../../../test/support/webrtc-peer.js';
import { findExecutable } from '../../test-run/programs.js';
import { type Bed, type BenchCall, directBed, type Kind, kinds } from './bed.js';
import { asteriskBed, freeswitchBed } from './named-beds.js';
import { builtinBed } from './port-bed.js';
import { headings, type JudgedStep, judged, line, type Summary, summarise } from './report.js';
import { rtpengineBed } from './rtpengine-bed.js';
import { fill, measure, type Step } from './step.js';
import { Pacer } from './stream.js';

const usage = `Measures bridged G.711 calls through media servers: every packet is timed from peer to peer.

Usage: npm run bench:media [-- options]
  --calls 50,100,200,300   how many at the same time, one step after the other, until a step is not clean
  --seconds 10             how long each step is measured
  --kinds webrtc,rtp,recorded
                           browser with trunk, trunk with trunk, the latter with both sides recorded
  --rtpengine PROGRAM      rtpengine's executable, measured in the same run; the one that is installed by default
  --no-rtpengine           without it
  --profile FOLDER         the built-in engine writes a CPU profile there
In the same run, where these variables name them as for the tests:
  RINGBRIDGE_TEST_FREESWITCH=PROGRAM, or HOST:ESL_PORT:PASSWORD:SIP_PORT
                           a FreeSWITCH, or one that runs on this machine already
  RINGBRIDGE_TEST_ASTERISK=FOLDER
                           an Asterisk, as scripts/asterisk/install.sh has put it there
`;

function readOptions(args: string[]) {
  const { values } = parseArgs({
    args,
    options: {
      calls: { type: 'string', default: '50,100,150,200,250,300' },
      seconds: { type: 'string', default: '10' },
      kinds: { type: 'string', default: kinds.join(',') },
      rtpengine: { type: 'string' },
      'no-rtpengine': { type: 'boolean', default: false },
      profile: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const number = (name: string, text: string, most: number) => {
    const value = Number(text);
    if (!(Number.isInteger(value) && value >= 1 && value <= most))
      throw new Error(`--${name}: "${text}" is not a whole number from 1 to ${most}`);
    return value;
  };
  const wanted = values.kinds.split(',');
  const unknown = wanted.find(kind => !kinds.includes(kind as Kind));
  if (unknown !== undefined) throw new Error(`--kinds: "${unknown}" is none of ${kinds.join(', ')}`);
  return {
    help: values.help,
    calls: values.calls.split(',').map(text => number('calls', text, 5000)),
    seconds: number('seconds', values.seconds, 3600),
    kinds: kinds.filter(kind => wanted.includes(kind)),
    rtpengine: values['no-rtpengine'] ? undefined : (values.rtpengine ?? findExecutable(['rtpengine'])),
    profile: values.profile === undefined ? undefined : resolve(values.profile),
  };
}

type Options = ReturnType<typeof readOptions>;

/**
 * Climbs through the numbers of calls of one kind until packets are lost, or come late where they did not before: a
 * server that holds packets back at any load is late from the first step on. What there was before that, in order.
 */
async function climb(
  bed: Bed,
  kind: Kind,
  options: Options,
  direct: ReadonlyMap<number, Step>,
): Promise<JudgedStep[]> {
  const calls: BenchCall[] = [];
  const pacer = new Pacer();
  const steps: JudgedStep[] = [];
  pacer.start();
  try {
    for (const count of options.calls) {
      await fill(bed, kind, calls, count, pacer);
      const step = judged(await measure(bed, kind, calls, options.seconds), direct.get(count));
      console.log(line(step));
      if (!step.clean) console.log(`  not clean: ${step.faults.join('; ')}`);
      if (step.lost > 0 || (!step.clean && steps.at(-1)?.clean)) break;
      steps.push(step);
    }
  } catch (error) {
    console.log(`  no more calls: ${error instanceof Error ? error.message : error}`);
  } finally {
    pacer.stop();
    // A server that was driven past its limit may not answer any more; it is ended next.
    await Promise.allSettled(calls.map(call => call.end()));
  }
  return steps;
}

async function measureServer(
  open: () => Promise<Bed>,
  options: Options,
  direct: ReadonlyMap<number, Step>,
  summary: Summary,
): Promise<void> {
  const bed = await open();
  try {
    const own: Summary[string] = {};
    summary[bed.name] = own;
    for (const kind of options.kinds.filter(wanted => bed.kinds.includes(wanted)))
      own[kind] = summarise(await climb(bed, kind, options, direct));
  } finally {
    await bed.stop();
  }
}

export async function main(args: string[]): Promise<number> {
  const options = readOptions(args);
  if (options.help) {
    console.log(usage);
    return 0;
  }
  const { rtpengine, profile } = options;
  const most = Math.max(...options.calls);
  const nodeFlags = profile ? ['--cpu-prof', `--cpu-prof-dir=${profile}`] : [];
  console.log(headings());
  const summary: Summary = {};
  try {
    const baseline = await climb(directBed(), 'rtp', options, new Map());
    const direct = new Map(baseline.map(step => [step.calls, step]));
    await measureServer(() => builtinBed(most, nodeFlags), options, direct, summary);
    if (rtpengine) await measureServer(() => rtpengineBed(rtpengine), options, direct, summary);
    else console.log('rtpengine is not installed (package rtpengine-daemon): not measured');
    if (freeswitchCount > 0) await measureServer(freeswitchBed, options, direct, summary);
    else console.log('RINGBRIDGE_TEST_FREESWITCH names no FreeSWITCH: not measured');
    const asterisk = namedAsterisk();
    if (asterisk) await measureServer(() => asteriskBed(asterisk, most), options, direct, summary);
    else console.log('RINGBRIDGE_TEST_ASTERISK names no Asterisk: not measured');
  } finally {
    endWebRtc();
  }
  const perCore = (kind: Kind) => summary.builtin?.[kind]?.callsPerCore ?? 0;
  console.log(
    JSON.stringify({
      webrtcCallsPerCore: perCore('webrtc'),
      rtpCallsPerCore: perCore('rtp'),
      recordedCallsPerCore: perCore('recorded'),
      servers: summary,
    }),
  );
  return 0;
}

import type { Test } from 'tap';
import type { MediaServer } from '../port.js';
import { activity } from './activity.js';
import { badSdp } from './bad-sdp.js';
import { capabilities } from './capabilities.js';
import { combinations } from './combinations.js';
import { conference } from './conference.js';
import { digits } from './digits.js';
import { hold } from './hold.js';
import { monitor } from './monitor.js';
import { ownership } from './ownership.js';
import { play } from './play.js';
import { record } from './record.js';
import { source } from './source.js';
import { statistics } from './statistics.js';
import { type ConformanceReport, runThemes } from './suite.js';
import { talk } from './talk.js';

const themes = {
  talk,
  combinations,
  hold,
  digits,
  play,
  record,
  conference,
  monitor,
  statistics,
  activity,
  source,
  'bad SDP': badSdp,
  capabilities,
  // The last one: it drains the server.
  ownership,
};

/**
 * What every media server has to do, measured by sound. `open` gives a server that the suite may fill, empty and drain;
 * the caller closes it. Files are played from and recorded to folders of the test: the engine must reach them.
 */
export function mediaConformance(t: Test, open: () => Promise<MediaServer>, report: ConformanceReport): void {
  runThemes(t, themes, open, report);
}

import type { CompleteConfig } from '../../gateway/config.js';

/** What somebody who has just started Ringbridge wants to know, as lines of text. */
export function closingTable(config: CompleteConfig, logDir: string): string {
  const { publicUrl, demo, demoPassword, dataDir, phoneNetwork } = config;
  const rows: [string, string][] = [
    ...(demo
      ? ([
          ['Shop with the call-me-back button', `${publicUrl}/shop/`],
          ['Agent desktop', `${publicUrl}/desktop/`],
          ['  log in as', `agent1@demo.example with the password ${demoPassword}`],
        ] as [string, string][])
      : ([['Agent desktop', `${publicUrl}/desktop/`]] as [string, string][])),
    ...(phoneNetwork
      ? ([
          [
            'Numbers to try',
            '010-5550-0100 answers, …01 is busy, …02 rings on; all in docs/phone-network.md',
          ],
        ] as [string, string][])
      : []),
    ['API documentation', `${publicUrl}/api/docs`],
    ['Data', dataDir],
    ['Logs', logDir],
    ['To stop', 'Ctrl-C'],
  ];
  const width = Math.max(...rows.map(([label]) => label.length));
  return rows.map(([label, value]) => `  ${label.padEnd(width)}   ${value}`).join('\n');
}

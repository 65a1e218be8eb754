/** Writes the JSON schemas that editors use beside the dialplan files: `node dist/gateway/telephony/dialplan/write-schemas.js`. */
import { writeFileSync } from 'node:fs';
import { schemaFiles } from './schema.js';

for (const [path, text] of Object.entries(schemaFiles())) writeFileSync(path, text);

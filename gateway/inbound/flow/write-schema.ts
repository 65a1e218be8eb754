/** Writes the JSON schema that editors use for flows: `node dist/gateway/inbound/flow/write-schema.js`. */
import { writeFileSync } from 'node:fs';
import { flowSchemaFile } from './schema.js';

writeFileSync(flowSchemaFile.path, flowSchemaFile.text);

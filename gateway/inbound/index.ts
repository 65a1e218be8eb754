export { type Applied, applyFlows } from './flow/apply.js';
export { seedDemoFlows } from './flow/demo.js';
export { exportFlows } from './flow/export.js';
export { newestFlows } from './flow/flows-sql.js';
export { rehearse } from './flow/rehearsal.js';
export { type FlowDefinition, flowSchemaFile } from './flow/schema.js';
export { type FlowFolder, type FlowSource, readFlows } from './flow/source.js';
export { readWorld, type TenantWorld, type World } from './flow/world.js';
export { Reception, type ReceptionOptions } from './reception.js';

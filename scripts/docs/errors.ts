import { catalogue } from '../../gateway/errors.js';

const cell = (text: string) => text.replaceAll('|', '\\|');

/** docs/errors.md. */
export function errorsPage(): string {
  const rows = Object.entries(catalogue)
    .sort(([, a], [, b]) => a.status - b.status)
    .map(
      ([code, { status, en, ko, cure }]) =>
        `| \`${code}\` | ${status} | ${cell(en)}<br>${cell(ko)} | ${cell(cure)} |`,
    );
  return `<!-- Made by "npm run docs" from gateway/errors.ts: change it there. -->
# Errors of the API

Every refusal has one body, whatever part of the gateway it comes from:

\`\`\`json
{ "code": "phone_too_short", "message": "This phone number is too short.", "field": "phone" }
\`\`\`

\`code\` never changes its meaning: programs go by it. \`message\` is for the person in front of the screen, in English or
Korean, whichever \`Accept-Language\` prefers. \`field\` names the field of the request that is wrong, where one is.

| code | status | message | what to do |
|---|---|---|---|
${rows.join('\n')}
`;
}

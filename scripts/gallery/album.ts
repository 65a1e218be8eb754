import type { Studio } from './studio.js';

/** One page with all pictures: a row for each state, its looks beside each other. */
export function albumOf(taken: Studio['taken']): string {
  const rows = new Map<string, typeof taken>();
  for (const picture of taken) rows.set(picture.shot, [...(rows.get(picture.shot) ?? []), picture]);
  const sections = [...rows].map(
    ([shot, pictures]) => `
  <section id="${shot}">
    <h2><a href="#${shot}">${shot}</a></h2>
    <div>${pictures
      .map(
        ({ file, look: { language, scheme, size } }) => `
      <figure class="${size}">
        <a href="${file}"><img loading="lazy" src="${file}" alt="${shot}, ${language}, ${scheme}, ${size}"></a>
        <figcaption>${language} · ${scheme} · ${size}</figcaption>
      </figure>`,
      )
      .join('')}
    </div>
  </section>`,
  );
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Ringbridge, every page and state</title>
<style>
  body { margin: 2rem; font: 15px/1.5 system-ui, sans-serif; background: #e9ecf0; color: #1b2430; }
  h2 { font-size: 1.1rem; }
  h2 a { color: inherit; }
  section > div { display: flex; gap: 1rem; overflow-x: auto; align-items: flex-start; }
  figure { flex: none; margin: 0; }
  .desk img { width: 40rem; }
  .hand img { width: 15rem; }
  img { border: 1px solid #b5bcc6; border-radius: 6px; }
  figcaption { color: #566273; font-size: 0.85rem; }
</style>
<h1>Ringbridge, every page and state</h1>
<nav>${[...rows.keys()].map(shot => `<a href="#${shot}">${shot}</a>`).join(' · ')}</nav>${sections.join('')}
</html>
`;
}

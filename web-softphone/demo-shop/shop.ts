/**
 * The demo shop holds both languages in its page; this shows the one that `?lang=` names, or the browser's. It runs in
 * the head before anything is painted, so that nothing jumps and the widget finds the page's language.
 */
const asked = new URLSearchParams(location.search).get('lang') ?? navigator.language;
const language = asked.toLowerCase().startsWith('ko') ? 'ko' : 'en';
document.documentElement.lang = language;
if (language === 'ko') document.title = '하루 커피 · 커피 머신 전문점';

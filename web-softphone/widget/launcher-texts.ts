export const languages = ['en', 'ko', 'ar'] as const;
export type Language = (typeof languages)[number];

/** What is said before the panel is there. */
export const launcherTexts: Record<
  Language,
  { callMeBack: string; following: string; notLoaded: string; dismiss: string }
> = {
  en: {
    callMeBack: 'Call me back',
    following: 'Your callback',
    notLoaded: 'No connection. Tap to try again',
    dismiss: 'Not now',
  },
  ko: {
    callMeBack: '전화 요청',
    following: '전화 요청 현황',
    notLoaded: '연결되지 않습니다. 다시 눌러 주세요',
    dismiss: '다음에',
  },
  ar: {
    callMeBack: 'اطلب مكالمة',
    following: 'طلب المكالمة',
    notLoaded: 'لا يوجد اتصال. اضغط للمحاولة مجددًا',
    dismiss: 'ليس الآن',
  },
};

/** Which way the words of a language run. */
export function directionOf(language: Language): 'ltr' | 'rtl' {
  return language === 'ar' ? 'rtl' : 'ltr';
}

/** The first language of the wishes that we speak; English when there is none. */
export function chooseLanguage(wishes: readonly (string | null | undefined)[]): Language {
  for (const wish of wishes) {
    const said = wish?.trim().toLowerCase().split(/[-_]/)[0];
    const language = languages.find(known => known === said);
    if (language) return language;
  }
  return 'en';
}

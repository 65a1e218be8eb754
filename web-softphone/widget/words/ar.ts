/**
 * Arabic, in the wording of public services: verbal nouns and "please" in place of orders where the sentence allows it.
 * What runs the other way inside a sentence (a number to call, a name that may be in any script) stands in an isolate of
 * its own (Unicode TR 9, 2.6), so that its parts are not reordered by the words around it.
 */
import type { LaterTexts, TalkTexts, Texts } from '../texts.js';

/** A part that is written from left to right: numbers of telephones. */
const leftToRight = (part: string) => `\u2066${part}\u2069`;
/** A part whose direction its own first letter says: names. */
const ofItsOwn = (part: string) => `\u2068${part}\u2069`;

/** Minutes after a preposition: one and two are words, 3 to 10 take the plural, more the singular. */
function minutes(count: number): string {
  if (count === 1) return 'دقيقة';
  if (count === 2) return 'دقيقتين';
  return count <= 10 ? `${count} دقائق` : `${count} دقيقة`;
}

export const texts: Texts = {
  // With the digits of the numbers that are typed and shown beside it.
  locale: 'ar-u-nu-latn',
  callMeBack: 'اطلب مكالمة',
  title: 'سنعاود الاتصال بك',
  intro: 'اترك رقمك وسيتصل بك أحد موظفينا.',
  close: 'إغلاق',
  loading: 'لحظة من فضلك…',
  queue: 'مع من تود التحدث؟',
  closed: 'مغلق حاليًا',
  opens: when => `مغلق، يفتح ${when}`,
  full: 'عدد المنتظرين كبير جدًا الآن',
  nextFree: when => `أقرب موعد متاح: ${when}.`,
  allClosed: 'لا يوجد أحد هنا الآن. يُرجى العودة خلال ساعات العمل.',
  noWait: 'أقل من دقيقة',
  wait: count => `نحو ${minutes(count)}`,
  waitBetween: (low, high) => `من ${low <= 2 ? minutes(low) : low} إلى ${minutes(high)}`,
  waitUpTo: count => `خلال ${minutes(count)} على الأكثر`,
  waitFrom: count => `أكثر من ${minutes(count)}`,
  longWait: 'أكثر من ساعة',
  country: 'البلد',
  phone: 'رقم هاتفك',
  name: 'اسمك',
  note: 'ما موضوع المكالمة؟',
  notePlaceholder: 'كلمة أو كلمتان تساعداننا على الاستعداد',
  optional: 'اختياري',
  sending: 'جارٍ الإرسال…',
  rememberMe: 'تذكّر رقمي على هذا الجهاز',
  how: 'كيف نتحدث؟',
  byPhone: 'على هاتفي',
  inBrowser: 'في هذا المتصفح',
  microphone:
    'سيسألك المتصفح عن السماح باستخدام الميكروفون، وهو لا يعمل إلا أثناء حديثك. يُرجى إبقاء هذه الصفحة مفتوحة.',
  talkHere: 'تحدّث في هذا المتصفح',
  browserStep: 'التوصيل',
  browserStates: {
    waiting: {
      heading: 'أنت في قائمة الانتظار',
      detail: 'يُرجى إبقاء هذه الصفحة مفتوحة: ستصلك المكالمة هنا حالما يتفرغ أحد موظفينا.',
    },
    offered: { heading: 'نتصل بأحد موظفينا', detail: 'يُرجى إبقاء هذه الصفحة مفتوحة.' },
    accepted: { heading: 'موظفنا جاهز للتحدث معك', detail: 'سيتم توصيلك بعد لحظة.' },
    dialing: { heading: 'جارٍ توصيلك', detail: 'يُرجى السماح باستخدام الميكروفون إن طُلب ذلك.' },
    bridged: {
      heading: 'أنت تتحدث معنا الآن',
      detail: 'يمكنك الانتقال إلى صفحات أخرى من هذا الموقع: تستمر المكالمة معك.',
    },
  },
  browserMissed: {
    heading: 'لم نتمكن من الوصول إلى هذا المتصفح',
    detail:
      'يجب أن تبقى الصفحة مفتوحة وأن يكون استخدام الميكروفون مسموحًا. هل نحاول مرة أخرى، أم نتصل بهاتفك؟',
    again: 'حاول مرة أخرى',
  },
  browserLost: {
    heading: 'انقطع الاتصال',
    detail: 'نأسف لذلك. يمكننا الاتصال بهاتفك بدلًا من ذلك.',
    again: 'اتصلوا بهاتفي',
  },
  rate: 'كيف كانت المكالمة؟',
  stars: count => (count === 1 ? 'نجمة واحدة' : count === 2 ? 'نجمتان' : `${count} نجوم`),
  rateMore: 'هل تود أن تخبرنا بالسبب؟',
  rateSend: 'إرسال',
  rated: 'شكرًا على رأيك.',
  phoneMissing: 'يُرجى إدخال رقم هاتفك.',
  queueMissing: 'يُرجى اختيار من تود التحدث معه.',
  unreachable: 'تعذّر الوصول إلى الخادم. تحقّق من اتصالك بالإنترنت وحاول مرة أخرى.',
  failed: 'حدث خطأ من جانبنا. يُرجى المحاولة مرة أخرى.',
  refusals: {
    phone_invalid: 'لا يمكننا الاتصال بهذا الرقم. يُرجى التحقق منه.',
    phone_too_short: 'رقم الهاتف هذا قصير جدًا.',
    phone_too_long: 'رقم الهاتف هذا طويل جدًا.',
    phone_country_not_allowed: 'عذرًا، لا يمكننا الاتصال بأرقام هذا البلد.',
    phone_emergency: 'لا يمكن معاودة الاتصال بأرقام الطوارئ والأرقام القصيرة.',
    phone_premium: 'لا يمكن معاودة الاتصال بالأرقام ذات التعرفة الخاصة.',
    queue_closed: 'هذا القسم مغلق في الوقت الحالي.',
    queue_full: 'عدد المنتظرين في هذا القسم كبير جدًا الآن. يُرجى اختيار موعد نتصل بك فيه.',
    slot_unavailable: 'لا يمكننا الالتزام بهذا الموعد. يُرجى اختيار موعد آخر.',
    slot_taken: 'حُجز هذا الموعد للتو. يُرجى اختيار موعد آخر.',
    callback_under_way: 'نتصل بك الآن بالفعل: فات أوان تغيير الموعد.',
    browser_calls_off: 'المكالمات في المتصفح غير متاحة هنا. يُرجى ترك رقم هاتف.',
    too_many_requests: 'عدد الطلبات كبير جدًا. يُرجى المحاولة بعد قليل.',
    unavailable: 'الخدمة غير متاحة الآن. يُرجى المحاولة بعد قليل.',
    internal: 'حدث خطأ من جانبنا. يُرجى المحاولة مرة أخرى.',
  },
  retry: 'حاول مرة أخرى',
  nextTry: when => `المحاولة القادمة: ${when}`,
  shut: { heading: 'هذا القسم مغلق حاليًا', detail: 'نحتفظ بدورك حتى يفتح.' },
  keptUntil: when => `نحتفظ بدورك. يفتح ${when}.`,
  moved: (from, to) => `نُقل طلبك من ${ofItsOwn(from)} إلى ${ofItsOwn(to)} لخدمتك بشكل أسرع`,
  pressOne: { heading: 'اضغط 1 على هاتفك', detail: 'ثم يتم توصيلك بموظفنا.' },
  cutOff: {
    heading: 'انقطعت المكالمة',
    detail: 'نأسف، كان الخلل من جانبنا. نحتفظ بدورك ونتصل بك مجددًا على الفور.',
  },
  callAgain: { heading: 'سنتصل بك مرة أخرى', detail: 'لم نتمكن من الوصول إليك هذه المرة.' },
  reconnecting: 'انقطع الاتصال. طلبك محفوظ، وجارٍ إعادة الاتصال…',
  gone: 'لم يعد هذا الطلب معروفًا لدينا. يُرجى تقديم طلب جديد.',
  position: place => (place === 1 ? 'أنت التالي' : `ترتيبك في الانتظار: ${place}`),
  estimate: wait => `وقت الانتظار المتوقع: ${wait}`,
  weCall: phone => `سنتصل بالرقم ${leftToRight(phone)}`,
  steps: ['في الانتظار', 'الموظف', 'هاتفك', 'المحادثة'],
  states: {
    scheduled: {
      heading: 'تم حجز مكالمتك',
      detail: 'لا داعي للانتظار هنا. يُرجى إبقاء هاتفك قريبًا منك في ذلك الوقت.',
    },
    waiting: {
      heading: 'أنت في قائمة الانتظار',
      detail: 'يمكنك مواصلة التصفح. سنتصل بك حالما يتفرغ أحد موظفينا.',
    },
    offered: { heading: 'نتصل بأحد موظفينا', detail: 'يُرجى إبقاء هاتفك قريبًا منك.' },
    accepted: { heading: 'موظفنا جاهز للتحدث معك', detail: 'سيرن هاتفك بعد لحظة.' },
    dialing: { heading: 'هاتفك يرن الآن', detail: 'يُرجى الرد، نحن المتصلون.' },
    bridged: { heading: 'أنت تتحدث معنا الآن', detail: 'تابع الحديث على هاتفك.' },
  },
  outcomes: {
    completed: {
      heading: 'شكرًا على تحدثك معنا',
      detail: 'إن بقي لديك أي سؤال، يسعدنا أن نتصل بك مرة أخرى.',
      again: 'اطلب مكالمة أخرى',
    },
    cancelled: {
      heading: 'تم إلغاء طلبك',
      detail: 'لن نتصل بك. يمكنك تقديم طلب جديد في أي وقت.',
      again: 'اطلب مكالمة جديدة',
    },
    busy: {
      heading: 'كان خطك مشغولًا',
      detail: 'اتصلنا بك وأنت في مكالمة أخرى. هل نحاول مرة أخرى؟',
      again: 'اتصلوا بي مرة أخرى',
    },
    no_answer: {
      heading: 'لم نتمكن من الوصول إليك',
      detail: 'رن هاتفك ولم يرد أحد. هل نحاول مرة أخرى؟',
      again: 'اتصلوا بي مرة أخرى',
    },
    rejected: {
      heading: 'رُفضت المكالمة',
      detail: 'رفض هاتفك مكالمتنا. إن لم يكن ذلك مقصودًا، فاطلب مكالمة أخرى.',
      again: 'اتصلوا بي مرة أخرى',
    },
    unreachable: {
      heading: 'هاتفك خارج التغطية',
      detail: 'ربما كان مغلقًا أو بلا إشارة. يُرجى التحقق منه والمحاولة مرة أخرى.',
      again: 'اتصلوا بي مرة أخرى',
    },
    invalid_number: {
      heading: 'هذا الرقم غير موجود',
      detail: 'يُرجى التحقق من الرقم والمحاولة مرة أخرى.',
      again: 'تصحيح الرقم',
    },
    no_trunk: {
      heading: 'لا يمكننا الاتصال بهذا الرقم حاليًا',
      detail: 'الخلل من جانبنا. يُرجى المحاولة لاحقًا أو إعطاؤنا رقمًا آخر.',
      again: 'حاول مرة أخرى',
    },
    agent_lost: {
      heading: 'انقطع الاتصال بموظفنا',
      detail: 'نأسف، الخلل من جانبنا. هل نتصل بك مرة أخرى؟',
      again: 'اتصلوا بي مرة أخرى',
    },
    failed: {
      heading: 'لم تنجح المكالمة',
      detail: 'نأسف، الخلل من جانبنا. هل نحاول مرة أخرى؟',
      again: 'اتصلوا بي مرة أخرى',
    },
    not_confirmed: {
      heading: 'لم يضغط أحد على 1',
      detail: 'اتصلنا بك ولم نشأ إزعاج شخص آخر. هل نتصل بك مرة أخرى؟',
      again: 'اتصلوا بي مرة أخرى',
    },
    queue_timeout: {
      heading: 'لم يتفرغ أحد في الوقت المحدد',
      detail: 'نأسف لذلك. يُرجى اختيار موعد نتصل بك فيه، أو تقديم طلب جديد.',
      again: 'اطلب مكالمة أخرى',
    },
    abandoned: {
      heading: 'انتهت المكالمة قبل أن نتحدث',
      detail: 'هل نتصل بك مرة أخرى؟',
      again: 'اتصلوا بي مرة أخرى',
    },
  },
  cancel: 'إلغاء الطلب',
  cancelling: 'جارٍ الإلغاء…',
  cancelQuestion: 'هل تريد إلغاء الطلب؟ ستفقد دورك في الانتظار.',
  cancelConfirm: 'نعم، إلغاء',
  cancelKeep: 'الإبقاء عليه',
};

export const later: LaterTexts = {
  when: 'متى نتصل بك؟',
  now: 'في أقرب وقت',
  later: 'في وقت محدد',
  day: 'اليوم',
  time: 'الوقت',
  zone: place => `بتوقيتك المحلي (${ofItsOwn(place)})`,
  loading: 'جارٍ البحث عن أوقات متاحة…',
  none: 'لا يوجد وقت متاح حاليًا.',
  change: 'تغيير الموعد',
  move: 'اتصلوا بي في هذا الوقت',
  callNow: 'اتصلوا بي الآن',
  keep: 'إبقاء الموعد',
  copyLink: 'نسخ رابط هذا الطلب',
  copied: 'تم نسخ الرابط',
};

export const talk: TalkTexts = {
  connecting: 'جارٍ التوصيل…',
  mute: 'كتم الصوت',
  unmute: 'إلغاء الكتم',
  hangUp: 'إنهاء المكالمة',
  elsewhere: 'أنت تتحدث في نافذة أخرى.',
  refused: 'استخدام الميكروفون غير مسموح. اسمح به من شريط العنوان، أو دعنا نتصل بهاتفك.',
  missing: 'لم يُعثر على ميكروفون. يُرجى توصيل واحد، أو دعنا نتصل بهاتفك.',
  lost: 'انقطع الاتصال مؤقتًا…',
  failed: 'تعذّر توصيل المكالمة.',
  goOn: 'متابعة المكالمة',
  waitsForYou: 'مكالمتك في انتظارك.',
};

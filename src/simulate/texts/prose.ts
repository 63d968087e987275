import { pieceId, tokenPieces } from './tokens.ts';

/** One token of an answer. */
export interface Token {
  readonly id: number;
  /** What it adds to the text: nothing when the bytes of its last character are not complete yet. */
  readonly text: string;
}

/** Characters of Chinese that a generated token carries: 50 tokens were 76 characters in the reference benchmark. */
const HAN_PER_TOKEN = 1.52;

const SCRIPTS: readonly (readonly [RegExp, Language])[] = [
  [/[\p{Script=Hiragana}\p{Script=Katakana}]/u, 'ja'],
  [/\p{Script=Hangul}/u, 'ko'],
  [/\p{Script=Han}/u, 'zh'],
  [/\p{Script=Cyrillic}/u, 'ru'],
];

/** The language to answer in: that of the script a text shows, English otherwise. */
export function languageOf(text: string): Language {
  return SCRIPTS.find(([script]) => script.test(text))?.[1] ?? 'en';
}

const rings = new Map<Language, readonly Token[]>();

/** All tokens of a language's prose; the first follows the last. */
export function proseRing(language: Language): readonly Token[] {
  const known = rings.get(language);
  if (known !== undefined) return known;
  const pieces = language === 'zh' ? hanPieces(CORPORA.zh) : tokenPieces(CORPORA[language]);
  const ring = pieces.flatMap(holdBack);
  rings.set(language, ring);
  return ring;
}

/** Cuts at even steps, so that answers of one length in tokens have one length in characters. */
function hanPieces(text: string): string[] {
  const characters = Array.from(text);
  const cut = (token: number): number => Math.round(token * HAN_PER_TOKEN);
  const tokens = Math.round(characters.length / HAN_PER_TOKEN);
  return Array.from({ length: tokens }, (_, i) => characters.slice(cut(i), cut(i + 1)).join(''));
}

/** A character beyond the basic plane takes two tokens; the first of them ends in the middle of its bytes. */
function holdBack(piece: string): Token[] {
  const at = piece.search(/[\u{10000}-\u{10ffff}]/u);
  if (at === -1) return [{ id: pieceId(piece), text: piece }];
  const first = piece.slice(0, at);
  const rest = piece.slice(at);
  return [
    { id: pieceId(`${first}\ufffd`), text: first },
    { id: pieceId(rest), text: rest },
  ];
}

/** What the stand-in has to say, by language: plain prose that goes round and round. */
export const CORPORA = {
  zh:
    '清晨的阳光洒在安静的小河上，微风吹过岸边的柳树，带来淡淡的花香。老人坐在石桥边钓鱼，孩子们在草地上追逐风筝，' +
    '笑声传得很远。傍晚时分，炊烟从村庄里慢慢升起，人们沿着小路回家，谈论着一天的收获。夜色渐深，星星一颗一颗地亮了起来，' +
    '像是谁在天空点起了灯🌾。第二天，集市上早早就热闹起来，卖菜的大叔吆喝着，新鲜的蔬菜还带着露水。一个女孩停下脚步，' +
    '挑了几个又大又红的苹果，说要带给住在山那边的外婆。山路弯弯曲曲，两旁开满了不知名的野花，偶尔有几只小鸟从头顶飞过。' +
    '她一边走一边哼着歌，心里想着外婆做的热腾腾的饺子。到了午后，天空飘来几朵云，下起了细细的小雨，屋檐下的水滴敲打着石板，' +
    '像一首轻轻的曲子。雨停以后，空气里都是泥土的味道，远处的田野一片青翠，农人们又回到地里，为秋天的收成忙碌着。' +
    '冬天来临的时候，村里会安静许多，大家围坐在火炉旁，听爷爷讲从前的故事，直到很晚才睡。',
  ja:
    '朝の光が静かな川の上に降り注ぎ、そよ風が岸辺の柳を揺らして、ほのかな花の香りを運んできます。老人は石橋のそばで釣りをし、' +
    '子どもたちは草原で凧を追いかけて、その笑い声は遠くまで響きます。夕方になると、村からゆっくりと煙が立ちのぼり、' +
    '人々は細い道を歩いて家に帰りながら、一日の収穫について語り合います🌾。夜が深まると、星がひとつまたひとつと光りはじめ、' +
    'まるで誰かが空に灯りをともしたようです。次の日には市場が早くからにぎわい、野菜にはまだ朝露が残っています。',
  ko:
    '아침 햇살이 고요한 강물 위로 쏟아지고, 산들바람이 강가의 버드나무를 스치며 은은한 꽃향기를 실어 옵니다. 노인은 돌다리 옆에 앉아 ' +
    '낚시를 하고, 아이들은 풀밭에서 연을 쫓으며 뛰놀아 웃음소리가 멀리까지 퍼집니다. 저녁이 되면 마을에서 연기가 천천히 피어오르고, ' +
    '사람들은 좁은 길을 따라 집으로 돌아가며 하루의 수확을 이야기합니다🌾. 밤이 깊어지면 별이 하나둘 빛나기 시작하여 누군가 하늘에 등불을 ' +
    '밝힌 듯합니다. ',
  ru:
    'Утренний свет ложится на тихую реку, лёгкий ветер качает ивы у берега и приносит слабый запах цветов. Старик сидит у каменного моста ' +
    'и удит рыбу, дети бегают по лугу за воздушным змеем, и смех их слышен далеко. К вечеру над деревней медленно поднимается дым, люди идут ' +
    'домой по узкой дороге и говорят о прошедшем дне и об урожае🌾. Ночь становится темнее, и звёзды загораются одна за другой, будто кто-то ' +
    'зажёг огни на небе. ',
  en:
    'The river runs quietly past the old mill while morning light moves over the water and a small boat waits near the bridge. People walk ' +
    'home along the narrow road, talking about the day and the harvest that is still to come. In the evening smoke rises slowly from the ' +
    'chimneys, and one by one the stars appear, as if somebody had lit lamps in the sky🌾. The next day the market is busy long before noon: ' +
    'farmers call out their prices, fresh vegetables are still wet with dew, and a girl chooses five red apples for her grandmother, who lives ' +
    'on the far side of the hill. The path winds upward between wild flowers, and now and then a bird crosses overhead. She hums a song as she ' +
    'walks and thinks of warm bread and honey. After lunch a few clouds drift in and a light rain begins; drops fall from the roof onto the ' +
    'stones like a quiet piece of music. When it stops, the air smells of earth, the fields are green again, and everyone goes back to work. ',
} as const;

export type Language = keyof typeof CORPORA;

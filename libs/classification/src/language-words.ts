/** Commonest small words of the languages in Latin letters, and a few that prompts and greetings begin with. */
const WORDS: Readonly<Record<string, string>> = {
  en:
    'a the of and to is are in that it you for this with from what how which who why when where can could would please my your ' +
    'have has was were not be do does an or by if at as but their there these they we i write explain summarize translate ' +
    'give make create fix find show tell draft implement hello hi thanks between about each into its should will all using use',
  de:
    'der die das und ist sind ein eine einen einem einer nicht ich du sie wir ihr mit von für auf dem den des zu im wie was ' +
    'warum bitte kann können mir mein meine auch aus bei nach wird werden oder über hallo danke schreibe erkläre zum zur',
  fr:
    'le la les un une des du de et est sont dans pour que qui avec sur ce cette ces pas je tu vous nous il elle mon ma mes au ' +
    'aux en comment pourquoi quel quelle bonjour merci ou où être écris explique plus leur par moi trois texte',
  es:
    'el la los las un una de del y es son en para que con por no se su mi me lo como cómo qué cuál cuándo dónde quién hola ' +
    'gracias al más pero está este esta escribe explica sobre tengo puedes ayuda',
  pt:
    'o os as um uma de do da dos das e é são em no na nos para que com por não se seu sua meu minha como qual quando onde quem ' +
    'olá obrigado oi mais mas está este esta escreva explique sobre você preciso ajuda ao tudo bem uns',
  it:
    'il lo la gli i un una di del della dei delle e è sono in per che con non si mio mia come quale quando dove chi ciao grazie ' +
    'al alla più ma questo questa scrivi spiega su da nel nella perché cosa puoi',
  nl:
    'de het een en is zijn van in op te dat die voor met niet ik je jij wij hij ze mijn hoe wat waarom welke wie kan kun naar ' +
    'aan bij ook maar om als dit deze hallo dank schrijf leg uit samen er worden wordt',
  sv: 'och det att är en ett som på för med inte jag du vi han hon min mig hur vad varför vilken kan den av till om från eller hej tack skriv sig har',
  da: 'og det at er en et som på for med ikke jeg du vi han hun min mig hvordan hvad hvorfor hvilken kan den af til om fra eller hej tak skriv har',
  no: 'og det å er en et som på for med ikke jeg du vi han hun min meg hvordan hva hvorfor hvilken kan den av til om fra eller hei takk skriv har',
  fi: 'ja on ei se että en minä sinä hän me mitä miten miksi mikä kuka missä kun tämä joka ovat oli voi mutta tai kanssa ole kiitos hei kirjoita minun',
  pl: 'i w na nie to się z do jest że o jak co dlaczego który gdzie kiedy kto czy po za od dla mi mój moja są ten ta przez proszę cześć dziękuję napisz lub ale może',
  cs: 'a v na je se to že z do o jak co proč který kde kdy kdo po za od pro mi můj moje jsou ten ta prosím ahoj děkuji napiš nebo ale jsem být',
  ro: 'și în de la pe cu un o este sunt nu ce cum care unde când cine pentru din mai dar sau să mi meu mea îmi salut mulțumesc scrie vă rog',
  hu: 'a az és hogy nem egy van is mi hogyan miért melyik hol mikor ki kell vagy de meg ez azt nekem kérem szia köszönöm írj lehet csak',
  tr: 've bir bu da de için ile ne nasıl neden hangi nerede kim mi mı çok daha olarak ama veya ben sen biz benim lütfen merhaba teşekkürler yaz değil var gibi',
  vi: 'và là của có không cho một những các được trong với tôi bạn này như thế nào gì tại sao hãy xin chào cảm ơn viết để người',
  id: 'dan yang di ke dari untuk ini itu dengan adalah tidak saya anda kamu apa bagaimana mengapa kapan siapa tolong halo terima kasih tulis atau pada bisa dalam',
};

/** Letters that few languages have. */
const LETTERS: Readonly<Record<string, string>> = {
  de: 'ßäöü',
  fr: 'œêèùûàç',
  es: 'ñ¿¡áóí',
  pt: 'ãõçáê',
  it: 'èàùìò',
  sv: 'åäö',
  da: 'øæå',
  no: 'øæå',
  fi: 'äö',
  pl: 'łąężśźćń',
  cs: 'řěůčšžý',
  ro: 'ăâîșțşţ',
  hu: 'őűáéöü',
  tr: 'ğışçöü',
  vi: 'đơưăâêô',
};

export const LATIN_LANGUAGES: readonly string[] = Object.keys(WORDS);

/** What a word or a letter says: which languages it may be of, and how strongly; less, the more languages there are. */
export interface LanguageCue {
  readonly languages: readonly number[];
  readonly weight: number;
}

function cuesOf(
  table: Readonly<Record<string, string>>,
  separator: string,
  strength: number,
): Map<string, LanguageCue> {
  const languagesOf = new Map<string, number[]>();
  LATIN_LANGUAGES.forEach((language, number) => {
    const entries = table[language];
    for (const entry of new Set(entries === undefined ? [] : entries.split(separator))) {
      languagesOf.set(entry, [...(languagesOf.get(entry) ?? []), number]);
    }
  });
  return new Map(
    [...languagesOf].map(([entry, languages]) => [entry, { languages, weight: strength / languages.length }]),
  );
}

export const LANGUAGE_WORDS: ReadonlyMap<string, LanguageCue> = cuesOf(WORDS, ' ', 2);
export const LANGUAGE_LETTERS: ReadonlyMap<string, LanguageCue> = cuesOf(LETTERS, '', 1.5);

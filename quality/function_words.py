"""Function words of some languages: the words that every ordinary text of a language has many of.

Articles, pronouns, prepositions, conjunctions, auxiliaries and particles, written down for this project; of scripts
without spaces the characters that do their work.
"""

from __future__ import annotations

from collections.abc import Mapping

_WORDS = {
    "en": """
        a about after all also an and any are as at be because been before being between both but by can could
        did do does down during each for from further had has have he her here hers him his how i if in into is
        it its just me more most my no nor not now of off on once only or other our out over own same she should
        so some such than that the their them then there these they this those through to too under until up
        very was we were what when where which while who whom why will with would you your
    """,
    "de": """
        aber alle als also am an auch auf aus bei bin bis da dann das dass dem den denn der des die dies diese
        dieser dieses doch du durch ein eine einem einen einer eines er es für gegen hat haben hier ich ihr ihre
        im in ist ja jede kann kein keine können mein mit muss nach nicht noch nur ob oder ohne sein seine sich
        sie sind so über um und uns unter vom von vor war waren was weil wenn wer werden wie wir wird wo zu zum
        zur zwischen
    """,
    "fr": """
        à au aucun aussi autre aux avec c ce cela ces cet cette ceux comme d dans de des donc dont du elle elles
        en entre est et été être eu il ils j je l la le les leur leurs lui m ma mais me même mes moi mon n ne ni
        nos notre nous on ont ou où par pas plus pour qu quand que qui s sa sans se ses si son sont sur ta te
        tes toi ton tous tout tu un une vos votre vous y
    """,
    "es": """
        a al algo ante antes aunque bajo cada como con contra cual cuando de del desde donde durante e el él
        ella ellas ellos en entre era es esa ese eso esta está están este esto fue ha han hasta hay la las le
        les lo los más me mi mientras muy nada ni no nos o otra otro para pero por porque que qué se ser si sí
        sin sobre son su sus también tan te tiene todo todos tu un una uno unos y ya yo
    """,
    "pt": """
        a ao aos as até com como da das de dela dele do dos e é ela elas ele eles em entre era essa esse esta
        está este eu foi for isso isto já lhe mais mas me mesmo meu minha muito na não nas nem no nos nós o os
        ou para pela pelo por qual quando que quem são se sem ser seu seus só sua suas também te tem têm um uma
        você
    """,
    "it": """
        a ad ai al alla alle anche che chi ci come con cui da dal dalla dei del della delle di dove e è ed era
        essere fra gli ha hanno i il in io la le lei lo loro lui ma me mi nei nel nella noi non o ogni per
        perché più poi quale quando quello questa questo se sei si sono su sua suo sul tra tu un una uno voi
    """,
    "nl": """
        aan al als bij da dan dat de der deze die dit doch door dus een en er ge geen had heb hebben heeft het
        hier hij hoe ik in is ja je kan maar me meer men met mij mijn moet na naar niet nog nu of om omdat onder
        ons ook op over te tegen toch tot u uit van veel voor was wat we wel werd wie wij wordt ze zich zij zijn
        zo zou
    """,
    "sv": """
        alla allt att av bara blev bli blir då de dem den denna deras dess det detta dig din där efter ej eller
        en er ett från för ha hade han har hon hur här i icke inte jag kan man med men mig min mot mycket ni nu
        när och om oss på sig sin som så till under upp ut utan vad var vara vi vid är över
    """,
    "da": """
        af alle at blev bliver da de dem den denne der deres det dette dig din du efter eller en er et for fra
        gøre ham han har hun hvad hvis hvor i ikke ind jeg jo kan man med meget men mig min mod når nu og også
        om op os over på sig sin skal som så til ud under var ved vi vil være
    """,
    "pl": """
        a aby albo ale bardzo bez być był była było by co czy dla do gdy go i ich ja jak jako jest jej jego już
        każdy kiedy który która które lub ma może mi mnie na nad nie nich nim niż o od on ona oni po pod przez
        przy są się tak także tam te tego tej ten to tu ty tym w we więc z za ze że
    """,
    "ru": """
        а без бы был была были было быть в вам вас во вот все всё вы где да для до его ее её если есть еще ещё
        же за и из или им их к как когда которые который ли мы на над не него нет но о об он она они оно от по
        под при с со так также там то того только тот ты у уже что чтобы эта эти это этого этот я
    """,
    "uk": """
        а але б без бути був була були було в вам вас ви від вона вони воно все де для до є з за же і із або її
        їх й його коли ми на над не ні о по при про та так також там те ти тим то того тільки у це цей ця ці
        чи що щоб я як який яка
    """,
    "tr": """
        ama ancak bana bazı ben bir biri biz bu bunu çok çünkü da daha de değil diye en gibi göre hem hep her
        için ile ise kadar ki kim mi mı mu mü ne neden o olan olarak oldu olduğu onlar onu sadece sen siz şey şu
        tüm var ve veya ya yok
    """,
    "id": """
        ada adalah agar akan aku anda antara apa atau bagi bahwa banyak baru beberapa belum bisa bukan dalam dan
        dapat dari dengan di dia hanya harus ia ini itu jika juga kami karena kata ke kepada kita lain lebih
        maka mereka oleh orang pada saat sangat satu saya sebagai sebuah secara sedang sehingga seperti sudah
        tidak untuk yang
    """,
    "vi": """
        anh bạn bị bởi cả các cái cần cho có của cùng cũng đã đang đây để đến đi điều do được giữa hay họ hơn
        khi không là lại lên mà mỗi một này nên nếu người như những nó ở phải qua ra rằng rất sau sẽ tại theo
        thì thể trên trong từ tôi và vào vẫn về với
    """,
    "ar": """
        أن أو إلى إن الذي التي الذين ا بعد بعض بين تم تلك ثم حتى حول ذلك عن عند على غير في قبل قد كان كانت كل
        كما لا لم لن له لها ما مع من منذ هذا هذه هل هو هي هم و وقد ولا وهو وهي يا يكون
    """,
    "hi": """
        अपने अब आप इन इस उन उस एक ऐसे और कर करने का कि किया किसी की कुछ के को कोई क्या जब जो तक तो था थी थे दिया
        न नहीं पर बहुत भी मैं में यदि यह या ये रहा रहे लिए वह वे साथ से हम ही हुआ हुए हूँ है हैं हो होता होती
    """,
    "zh": """
        的 了 是 在 和 有 不 这 我 也 就 人 都 而 及 与 着 或 一 个 们 你 他 她 它 到 说 要 去 会 对 以 为 上 中
        被 把 那 其 于 之
    """,
    "ja": """
        の に は を た が で て と し れ さ る い も な か ら こ そ あ よ ね や へ
    """,
    "ko": """
        은 는 이 가 을 를 의 에 에서 로 으로 와 과 도 만 그 저 것 수 등 및 또는 있다 있는 하는 합니다 입니다
        있습니다
    """,
}
FUNCTION_WORDS: Mapping[str, frozenset[str]] = {name: frozenset(words.split()) for name, words in _WORDS.items()}
"""ISO 639-1 code -> lower-case function words."""
UNSPACED_LANGUAGES = frozenset({"zh", "ja"})
"""Languages of which the "words" are characters."""

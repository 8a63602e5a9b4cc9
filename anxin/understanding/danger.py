"""Does a message speak of danger now: which danger, on which words, and why - recall before precision.

A danger is what somebody on duty should look at this minute because life, health or property is in danger now or may
be any moment; a standing hazard (a live wire on the ground, a wall about to fall) counts, a question about rules, a
thing long past or a complaint about a fee does not. It is a hint to people: it can raise the urgency of a matter and
call somebody's attention, it never lowers an urgency a person set, and an empty answer never means "safe".

How it reads: words (and pairs of words near each other) carry a strength, words around them that say *now* add, words
that say *asked, past, supposed, on paper* take away, and a long text needs more than a cry of ten characters. A short
text that holds no such word is weighed as a whole, by weights of characters and pairs of characters learned from the
labelled texts of this project and, as harmless ones, from short real messages (training data of TipDM 2020 C and of
MSGABench; no message text is in the weights). Every list and number in this file is this project's own [INF].
"""

from __future__ import annotations

import csv
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import accumulate

from ahocorasick_rs import AhoCorasick, MatchKind

from anxin.understanding.text import clean

TITLES = {
    "life": "生命危险",
    "fire": "火情",
    "gas": "燃气泄漏或一氧化碳",
    "water": "进水、涨水",
    "electric": "触电、漏电",
    "violence": "暴力、威胁",
    "child": "老幼走失",
    "structure": "坍塌、坠落",
    "chemical": "危险化学品、中毒",
    "traffic": "交通事故",
}
"""What can be in danger of what, in the words of the desk."""

NEEDED = ((45, 2), (90, 3), (160, 4), (300, 6))
"""Strength at which a danger is told in a text of up to so many characters: a cry, a call, a report."""
SHORT, LONG, NEEDED_LONG = 45, 160, 7
"""A cry ends here; what is longer than a report tells a story, and stories are full of dangers long past."""
AROUND = 24
"""Characters before and after a danger word in which words of now and of not-now count, inside one sentence."""
HEARD = 120
"""Characters of a text that are also read by their sound: voice-to-text errors come in short messages."""

FELT, FELT_CRY, FELT_CALL = 90, -0.5, 0.5
"""Characters up to which a text is also weighed as a whole; the sum at which a cry, and a longer call, is a danger."""

WORDS = (
    # --- cries for help
    (
        "life",
        4,
        "救命啊/救命呀/救命救命/快救命/救命呐啊/快来救/快救人/救人啊/救人呀/快来人/来人啊/来人呐/"
        "快叫救护车/叫救护车/快叫120/快打120/打120/快叫110/快报警/出人命了/要出人命/闹出人命了/"
        "人命关天快/人快不行/快不行了/人不行了/人勿来三/勿来三了/勿来事了/不行了快/勿得了/要死人了/"
        "快要死了/快死了/我要死了/生命垂危/有生命危险/救命呐/救命,",
    ),
    ("life", 3, "救命/救救我/救我/sos/求救/呼救/喊救/奄奄一息/命悬一线/危在旦夕"),
    # --- sudden illness, injury
    (
        "life",
        4,
        "口吐白沫/没有呼吸/没呼吸/没了呼吸/没气了/没有心跳/没心跳/心跳停/叫不醒/叫不应/喊不醒/喊不应/"
        "叫伊不应/怎么叫都没/不省人事/昏过去/晕过去/昏死/喘不上气/喘不过气/透不过气来/气喘不上/上不来气/"
        "呼吸不上来/不能呼吸/血止不住/止不住血/流血不止/流好多血/流了好多血/好多血/满头是血/全是血/"
        "都是血/浑身是血/血流满地/大出血了/噎住/卡住喉咙/卡在喉咙/脸发紫/嘴唇发紫/嘴唇发黑/脸都黑了/割腕/"
        "割脉/心脏病犯/心脏病发/心梗发作/脑溢血了/中风了/抽过去/热射病/被蛇咬/被毒蛇/倒地不起/"
        "躺在地上不动/人不动了/起不来了/动不了了/羊水破了/说胡话/昏倒了/晕倒了/晕倒在/昏倒在/休克了/"
        "人昏了/在抽搐/抽搐了",
    ),
    (
        "life",
        3,
        "昏迷/晕倒/昏倒/抽搐/休克/大出血/胸口痛/胸口闷/胸闷/胸痛/心绞痛/心梗/吐血/咳血/流血/重伤/煞白/"
        "出冷汗/倒地/窒息/摔断/动不了/起不来/爬不起来/晒晕/昏厥/神志不清/意识不清/失去意识/没有意识/"
        "不会讲话/不会说话/勿会讲话",
    ),
    ("life", 2, "昏了/晕了/哮喘/摔伤/烫伤/烧伤"),
    # --- wants to die
    (
        "life",
        4,
        "不想活/勿想活/活着没意思/活着没意义/活着好累/活够了/想死了/想去死/一死了之/要跳楼/在跳楼/想跳楼/"
        "跳楼了/有人跳楼/要跳河/跳河了/跳河里/有人跳河/要跳桥/跳江/要跳下/想跳下/他要跳/她要跳/想要跳/"
        "准备跳/喝了农药/喝下农药/吃农药/喝百草枯/百草枯/吃了安眠药/吞了安眠药/一瓶安眠药/吞药/药已经吃/"
        "要自杀/想自杀/在自杀/自杀了/企图自杀/要轻生/想轻生/欲轻生/轻生念头/上吊/烧炭自/写了遗书/"
        "留了遗书/留下遗书/遗书/想不开/做傻事/寻短见/寻死/坐在窗台/站在窗台/坐在天台/站在天台/站在楼顶/"
        "坐在楼顶/翻过栏杆/翻过护栏/爬上塔吊/爬到塔吊/上塔吊/要死给/来世再/下辈子再/永别了",
    ),
    ("life", 3, "自杀/轻生/跳楼/跳河/跳桥/自残/自焚/服毒/离开这个世界/结束生命/告别这个世界"),
    # --- trapped, fallen, drowning
    (
        "life",
        4,
        "被困在/困在里/困在电梯/困牢/困勒/被关在电梯/关在电梯/电梯困人/电梯里困/卡在电梯/锁在车里/锁车里/"
        "反锁在车/锁在屋里/锁在家里/出不来了/出不来啦/下不来了/被埋/埋在下面/埋在里面/压在下面/压住人/"
        "压住了/被压在/压着人/砸伤人/砸中人/掉进河/掉河里/掉到河/掉进水/掉水里/掉进井/掉井里/掉进下水道/"
        "掉到井/掉进坑/掉进化粪池/掉进窨井/跌进河/跌落河/跌到河/落水了/落水哉/有人落水/小孩落水/孩子落水/"
        "溺水了/有人溺水/正在溺水/沉下去/在扑腾/冲走了/被冲走/被水冲/船翻了/翻船/冲到河里/开到河里/"
        "掉冰窟/从楼上掉/从楼上摔/坠楼/从高处/脚手架上摔/脚手架上掉/从脚手架/摔下来了/摔下去了/卷进机器/"
        "卷进去/夹住了手/手卷进/头卡/卡在栏杆/卡在里/失足/迷路了/被毒蛇/马蜂/狗咬人/在咬人/咬小孩/"
        "追着人咬/咬伤/咬了两个/被狗咬",
    ),
    ("life", 3, "被困/困住/困人/出不来/出勿来/下不来/落水/溺水/坠落/掉下去/压住/困在/关在里面/锁在里面/反锁"),
    # --- fire
    (
        "fire",
        4,
        "着火了/着火啦/着火拉/着火哉/着火咧/着火嘞/着火呀/在着火/正着火/起火了/起火啦/起火拉/起火哉/"
        "失火了/失火啦/走火了/走水了/烧起来/烧着了/着起来了/火烧起来/烧到了/烧过来/火势/火光冲天/火光/"
        "火苗/火很大/好大的火/大火烧/正在燃烧/还在烧/在冒烟/冒浓烟/冒好大的烟/冒好多烟/往外冒烟/冒烟了/"
        "冒烟啦/冒火了/满屋子烟/满屋烟/好多烟/好大的烟/浓烟很大/在冒火/冒火花/冒火星/窜火/喷火/火花四射/"
        "爆炸了/爆炸啦/炸了/爆燃了/自燃了/一声巨响/要爆炸/快爆炸/马上爆炸/扑不灭/灭不了火/火灭不/被火堵/"
        "点火烧/放火烧/着了火",
    ),
    (
        "fire",
        3,
        "着火/起火/失火/烧着/着起来/冒烟/浓烟/黑烟/明火/大火/爆燃/自燃/焦糊味/焦味/烧焦/糊味/烟味很重/火星/冒火/山火",
    ),
    ("fire", 2, "火灾/爆炸/有火/烟很大/黑烟很大/火情/火警/起烟/烧秸秆"),
    ("fire", 3, "有火,/火火火/里面在烧/有人在烧/往楼上窜/往上窜"),
    # --- gas
    (
        "gas",
        4,
        "煤气泄漏/燃气泄漏/天然气泄漏/液化气泄漏/煤气泄露/燃气泄露/天然气泄露/液化气泄露/煤气漏了/"
        "燃气漏了/天然气漏了/漏煤气/漏燃气/漏天然气/煤气味/燃气味/煤气的味/燃气的味/天然气味/天然气的味/"
        "液化气味/液化气的味/液化气的气味/煤气气味/瓦斯味/瓦斯漏/瓦斯外泄/一氧化碳报警/一氧化碳中毒/"
        "煤气中毒/燃气中毒/嘶嘶响/嘶嘶地/嗤嗤/臭鸡蛋味/管道挖断/挖断燃气/燃气管道挖/燃气管挖/挖断了燃气/"
        "挖破了燃气/燃气报警器在响/燃气报警器一直/燃气报警器响/开了煤气/开煤气/打开煤气/煤气阀打开/"
        "煤气罐打开/拧开煤气/烧炭取暖/煤气没关/忘关煤气/忘记关煤气/漏气了/在漏气/一直漏气",
    ),
    ("gas", 3, "一氧化碳/煤气外泄/往外喷气/煤气外漏/燃气外泄"),
    # --- water
    (
        "water",
        4,
        "水倒灌/倒灌进/往里灌/灌进地下/灌进车库/灌进来/往地下车库灌/漫进屋/漫进来/漫进家/水漫/漫上来/"
        "漫过/水冲进/大水冲/水进屋/水涌进/涌进来/水已经到/水都到/水到膝/没过膝/到腰/水淹到/淹到/淹上来/"
        "淹进/淹了,/被淹了/淹没了/没顶/水在涨/水还在涨/还在涨/水涨得/涨水了/涨上来/水越来越/水位还在/"
        "水位快/水位上涨/水位一直/快到警戒/超过警戒/决堤/决口/要溃/溃坝/溃堤/管涌/堤要/要垮/大坝渗/"
        "河堤渗/堤在渗/渗水越来越/进水哉/进水了,/正在进水/在进水/被水围/被洪水/洪水来/洪水进/山洪/泥石流/"
        "熄火在水/水里熄火/泡在水里了/爬到屋顶/在屋顶上/在车顶",
    ),
    ("water", 3, "倒灌/进水了/进水啦/水淹/被淹/围困/内涝/积水很深/主管爆/水管爆/爆管/水往里/被围住"),
    ("water", 2, "进水/涨水/暴雨"),
    # --- electricity
    (
        "electric",
        4,
        "漏电了/在漏电/漏电,/有人触电/触电了/触电倒/被电倒/被电到/被电打/被电击/电死/电到了/有电,刚/"
        "里面有电/水里有电/积水带电/带电的水/麻了一下/手麻了/电线断了/电线掉/电缆断了/电缆掉/高压线掉/"
        "高压线断/高压线垂/电线垂到/电线落/电线拖/电线散落/断落的电线/掉落的电线/滋滋/噼啪/噼里啪啦/"
        "变压器冒/变压器爆/变压器着/配电房冒/打火花/漏电伤/漏电死/电击/随时触电",
    ),
    (
        "electric",
        3,
        "漏电/触电/跑电/电线裸露/裸露的电线/裸露电线/电线外露/裸露着电线/电缆裸露/裸露的电缆/裸露电缆/"
        "线头裸露/裸露的线头/电线破皮/电线破损/电线脱落/电线都露/电线露在/铜线外露/铜丝外露/铜线露",
    ),
    # --- violence
    (
        "violence",
        4,
        "打死人/杀人了/杀人啦/要杀/想杀/杀了我/杀我全家/杀全家/砍人/砍死/捅人/捅死/捅了/拿刀/拿着刀/有刀/"
        "持刀/动刀/提刀/拎刀/带了刀/带着刀/挥刀/拿把刀/拿斧/拿菜刀/拿着菜刀/一把斧头/拿着斧/拿棍子/"
        "拿着棍/拿着钢管/拿钢管/拿枪/有枪/持枪/开枪/汽油桶/点汽油/泼汽油/浇汽油/同归于尽/要放火/就放火/"
        "放火烧/在打老婆/打我妈/打妈妈/老公打我/老公在打/丈夫打我/丈夫在打/我爸打/爸爸打/在打我/打我了/"
        "打我们/在打人/打起来/要打人/打起来了/打群架/往死里打/打得头破/打破头/打出血/头破血流/劫匪/"
        "抢劫了/有人抢劫/在抢劫/劫持/挟持/强奸我/要强奸/强奸了/被强奸/性侵我/被性侵/猥亵小/在猥亵/摸我/"
        "砸门/在撞门/踹门/被人关/关起来了/不让我走/限制我的人身/拘禁/不让出门/尾随/一直跟着我/跟踪我/"
        "有人跟踪/拉上面包车/拉上车/打断他/打断腿/打断我/弄死/要弄死/整死我/灭口/威胁要杀/见人就打/"
        "报复社会/炸弹/可疑包裹/疑似炸/炮弹/手榴弹/雷管/掐脖子/掐我/勒我脖/救命在喊",
    ),
    (
        "violence",
        3,
        "械斗/斗殴/群殴/殴打/行凶/伤人/凶器/匕首/砍刀/扬言/恐吓/动手打/打架了/在打架/打人了/打人啦/"
        "堵在我家/堵门口/强奸/非法拘禁/拐走/抢孩子/抱走/被拐",
    ),
    ("violence", 2, "打架/打人/动手/威胁/打老婆/被打"),
    # --- missing
    (
        "child",
        4,
        "小囡寻/寻勿着/寻勿到/孩子不见/小孩不见/孩子丢/小孩丢/小孩没了影/孩子没影/没影了/儿子不见/"
        "女儿不见/孙子不见/孙女不见/娃不见/娃丢/宝宝不见/宝宝丢/小囡勿见/小囡不见/老人不见/奶奶不见/"
        "爷爷不见/父亲不见/母亲不见/妈妈不见/爸爸不见/走丢了/走失了/老人走失/老人走丢/孩子走失/孩子走丢/"
        "小孩走失/小孩走丢/找不到孩子/找不到小孩/孩子找不到/小孩找不到/儿子找不到/女儿找不到/找不到儿子/"
        "找不到女儿/离家出走/失踪了/被陌生人/陌生女人抱/陌生男人抱/被人抱走/被人接走/抱走了/不认得路/"
        "不认识路/孩子没下来",
    ),
    ("child", 3, "走失/走丢"),
    # --- structures
    (
        "structure",
        4,
        "要塌/快塌/塌了/塌下来/塌下去/塌方了/要倒了/快倒了/快倒特/要倒塌/倒塌了/倒了压/快要倒/快倒塌/"
        "垮了/要垮塌/要垮了/垮塌了/坍塌了/滑坡了/滚石/石头滚/陷下去/陷进去/大坑,车/塌陷了/塌陷下/"
        "天花板掉/楼板掉/水泥块/往下掉/掉下来砸/砸下来/掉下来了/一块块往下/一块块掉/摇摇欲坠/差点砸/"
        "险些砸/随时坠/快掉下来/要掉下来/就要掉下/即将坠落/电梯坠/电梯下坠/电梯急坠/电梯突然下/"
        "电梯急速下/塔吊倒/吊车倒/脚手架倒/脚手架塌/桥塌/墙塌/墙倒/房塌/楼塌/树倒了/大树倒/随时倒/随时塌/"
        "随时坍/随时垮/随时掉落/随时坠落/随时脱落/随时砸/井盖没了/井盖不见/没有井盖/没井盖/井盖缺失/"
        "缺井盖/井盖被偷/井盖丢/井盖掉/井盖破/井盖碎/井盖坏/井盖翻",
    ),
    ("structure", 3, "坍塌/倒塌/垮塌/塌方/滑坡/塌陷/歪了/开裂了/裂开/裂缝变大/掉砖/掉瓷砖/掉水泥/高空坠物/坠物"),
    # --- chemicals, food
    (
        "chemical",
        4,
        "氨气/氯气/硫化氢/化学品泄/危化品泄/油罐车漏/在漏油/罐车翻/槽罐车翻/上吐下泻/集体中毒/食物中毒了/"
        "都在吐/中毒了/中毒啦/吃了蘑菇/吃了毒/误食/误喝/误吃/吃了老鼠药/喝了洗/喝下消毒/鱼都翻白/"
        "鱼全死了/辐射泄/放射源",
    ),
    ("chemical", 3, "食物中毒/泄漏/呛人/呛鼻/腐蚀/鼠药/老鼠药"),
    ("chemical", 2, "刺鼻/化学味/呕吐"),
    # --- traffic
    (
        "traffic",
        4,
        "车祸了/出车祸/撞人了/撞死人/撞倒人/撞到人/撞飞/撞倒了/车翻了/翻车了/卡在驾驶室/卡在车里/压在车/"
        "人还在车/连环撞/撞车了/逆行在高速/撞了人/追尾了/肇事逃逸了/压着一辆",
    ),
    ("traffic", 3, "车祸/翻车/被撞/撞伤/撞人"),
    ("life", 3, "断了气/要生了/活不下去了/喝农药/砸到人/呼吸困难"),
    ("life", 2, "没反应/心脏病/中暑"),
    ("fire", 3, "浓烟滚滚/黑烟滚滚/都是烟/全是烟/冒黑烟/冒白烟"),
    ("gas", 3, "漏气了/在漏气"),
    ("gas", 2, "漏气"),
    ("water", 2, "淹没"),
    ("water", 1, "积水/上涨"),
    ("chemical", 3, "眼睛睁不开/睁不开眼/呛得/黄烟/毒气/有毒气体/泄漏了/全吐了/吐了,"),
    ("chemical", 2, "中毒/泄露了/泄露"),
    ("violence", 3, "正在打/歹徒/不让走/家暴/抢劫"),
    ("violence", 2, "绑架/闹事/爆炸物/水果刀"),
    ("structure", 3, "山体滑/要垮"),
    ("violence", 4, "被传销/被绑架/不让我走"),
    # --- body and mind, said plainly
    (
        "life",
        4,
        "捂着胸口/捂住胸口/捂着心口/捂住心口/左边胳膊麻/左臂麻/左胳膊麻/半边身子/半边不能动/嘴歪/口歪/"
        "翻白眼/眼睛翻白/手脚冰凉/浑身抽/全身抽/抽筋昏/推不醒/摇不醒/唤不醒/醒不过来/叫勿应/喊勿应/"
        "叫弗应/不吭气/不吭声了/没声音了/没有声音了/脸色惨白/脸色发青/脸色铁青/面孔刮白/面色惨白/"
        "面孔煞白/嘴唇发青/吐血了/便血不止/血流出来/出血哉/流血了/在流血/好多血/一地血/一滩血/地上有血/"
        "绞进去/卷进/轧进/绞住/轧住/绞断/轧断/切断手/手指断/断了手/头朝下/摔下楼/滚下楼/摔下来/跌下来/"
        "跌勒河/倒勒地/倒在地/倒在路/倒在水/躺在马路/躺在路/躺在水/撑勿上来/爬不上来/游不动/漂走/被浪/"
        "被电/被电到/眼睛瞎了/休克/药物过量/吃错药/喝错药/蛇咬/毒蛇咬/被蜂/高烧抽/抽风了/不进气/没气哉/"
        "气急/没氧气/氧气用完/氧气没了/呼吸机停/脐带/早产/见红/大肚子摔/割手/割自己/划自己/自己划/拿刀片/"
        "不想活了/勿想活哉/活够/结束自己/一起走/一起死/死给你看/死给他/点自己/烧自己/最后一次见/"
        "照顾好爸妈/把孩子托付/安排好后事/交代后事/勿好哉/要死快/要死快哉/性命交关",
    ),
    (
        "life",
        3,
        "阳台外/窗外面/外沿/防盗窗外/悬空/楼顶边/天台边/桥栏/护栏外/栏杆外/求饶/未应门/没应门/一直不开门/"
        "求助电话/惨白/刮白",
    ),
    (
        "violence",
        4,
        "摸她/摸我/摸我下面/脱我/脱她/脱我裤/不敢回家/不敢回去/撬门/撬我家/撬我/在撬/拧门把/闯进来/"
        "闯进我/冲进来/翻窗进/躲在衣柜/躲在床底/躲在厕所/躲在房间/围着打/围殴/围在厕所/按在地上/拖进/"
        "拽上车/绑起来/绑住/捆起来/捆住/扒衣服/拍裸/下药/迷药/被下药/打得鼻/打得满/打晕/打昏/打骂孩子/"
        "打小孩/打孩子/打娃/打老人/头相打/柴刀/剔骨刀/剪刀捅/拿剪刀/拿榔头/拿锤/拿砖/打火机烧/汽油都/"
        "汽油买/拎着汽油/桶汽油/威胁我/跟我到/跟到楼下/堵在厕所/堵我/堵住我/救我出去/不给吃饭/锁在房间/"
        "关在屋里/关在房间/关在地下/铁链",
    ),
    (
        "water",
        4,
        "浪头/潮头/潮水上来/涨潮了/漂到/冲垮/水进来了/水勒涨/水涨哉/水没到/没到腰/没到胸/没到膝/齐腰/"
        "齐胸/水位猛/水快到/淹掉了/淹脱/涨得很快/堤破",
    ),
    (
        "structure",
        4,
        "散股/钢丝绳断/钢绳断/吊臂断/吊臂在晃/塔吊晃/歪过来/斜过来/往这边歪/只剩一个/只剩一根/掉块/"
        "又掉了一大/掉了一大块/持续掉/新增裂缝/伸得进/伸进去/能伸进/一拳宽/缝越来越/裂得更/裂得越来越/"
        "地在裂/往下沉/沉下去一块/塌脱/倒脱/要坍/坍脱/坍了/散架/钢管掉/模板掉/吊物掉/钢筋掉/石头掉/落石/"
        "砸到学生/砸到小孩/砸死/砸下来/整块掉/整片掉/悬着的",
    ),
    (
        "electric",
        4,
        "带电/断脱/被弹/粘在水泵/粘住了/电倒/电晕/电着/电牢/电死人/落地的电线/垂在地/拖在水/泡在水/"
        "泡水里/漏电哉/打电火/冒蓝光/冒蓝火",
    ),
    (
        "fire",
        4,
        "烧油枪/火着/火起来/火上来/火大得/火越来越/烟越来越/烟往/浓烟往/闻到焦/烫手冒/自己烧/点着了/"
        "引燃了/烧穿/有人点火/有人放火/在放火/鼓包冒/电池鼓包/电池冒/燃起来/窜起来/蹿起来/火球/烧成/炸开/"
        "炸响/爆响/闪爆",
    ),
    (
        "gas",
        4,
        "关不掉阀/嘶嘶的/嘶嘶声/呲呲/滋滋冒气/一氧化碳超标/煤气报警/燃气报警器叫/气味越来越/煤气开着/"
        "煤气灶开着/煤气忘/漏煤/燃气阀/煤气阀",
    ),
    (
        "chemical",
        4,
        "白雾/刺鼻白/黄雾/绿烟/水银洒/硫酸溅/溅到眼/溅到脸/烧到眼/灼伤/烧伤/农药洒/假酒/喝了酒眼/"
        "集体呕吐/集体腹泻/都吐了/吐了好几/一起吐/全都吐/误吞/吞下去/吞了/咽下去",
    ),
    (
        "child",
        4,
        "寻勿到/寻弗着/寻不着/人勿见/人不见了/人没了影/跟丢/挤丢/没到家/没到校/没来学校/被带走/带走了/"
        "拉走了/抱走/偷小孩/抢小孩/拐小孩/拐孩子/人贩子/锁着个小/锁在车/锁着个娃/锁勒车",
    ),
    ("traffic", 4, "刹车失灵/刹不住/撞上来/撞进/撞到墙/撞到树/压到人/轧到人/翻到沟/掉沟/起不来了/卡在车"),
    # --- the same in English (whole words only)
    (
        "life",
        5,
        "help me/please help/unconscious/not breathing/can't breathe/cannot breathe/can not breathe/"
        "drowning/is drowning/drowned/kill myself/kill himself/kill herself/killing myself/want to die/"
        "going to jump/will jump/about to jump/jump off/is bleeding/bleeding heavily/bleeding badly/"
        "heart attack/having a stroke/overdose/overdosed/trapped/stuck in the elevator/stuck in elevator/"
        "stuck in the lift/stuck in a lift/elevator stuck/lift stuck/stuck in an elevator/fell into/"
        "fell off/fell from/cannot get up/can't get up/choking/is dying/seizure/end my life/suicide/"
        "suicidal/collapsed/passed out/fainted/ambulance/snake bite/bitten by/locked in the car/call 120/"
        "life in danger/emergency",
    ),
    (
        "fire",
        5,
        "on fire/there is a fire/there's a fire/fire on/fire in/fire at/caught fire/is burning/"
        "house fire/smoke coming/smoke everywhere/thick smoke/heavy smoke/black smoke/smoke in/exploded/"
        "explosion/flames/burning down/big fire/smell smoke/smoke from",
    ),
    ("fire", 2, "fire/smoke/burning"),
    (
        "gas",
        5,
        "gas leak/gas leaking/leaking gas/smell of gas/smell gas/smells like gas/smell of rotten eggs/"
        "carbon monoxide/gas smell/co alarm",
    ),
    (
        "water",
        5,
        "water is rising/rising water/is flooding/flooded/flooding/flood water/water coming in/"
        "under water/underwater/water keeps rising/water is coming/swept away/dam is",
    ),
    (
        "electric",
        5,
        "electric shock/electrocuted/live wire/exposed wire/exposed wires/downed power line/"
        "power line down/sparking/sparks/live cable/bare wire/bare wires",
    ),
    (
        "violence",
        5,
        "knife/has a gun/gun/gunshot/stabbed/stabbing/attacked/attacking/beating me/beating his/"
        "beating her/is beating/beat me/threatening to kill/threatens to kill/kill us/kill me/kill my/"
        "robbed/robbery/kidnapped/raped/following me/break in/breaking in/broke into/hitting me/hostage/"
        "bomb/machete/domestic violence/fighting with",
    ),
    (
        "child",
        5,
        "is missing/missing child/lost child/child missing/son missing/daughter missing/lost my son/"
        "lost my daughter/lost our daughter/lost our son/lost my child/lost our child/can't find my/"
        "cannot find my/went missing/can't find our/cannot find our/has not come home/didn't come home/"
        "taken by a stranger/kidnap/cannot find the child",
    ),
    (
        "structure",
        5,
        "about to fall/about to collapse/going to collapse/wall collapsed/roof collapsed/"
        "building collapsed/is collapsing/falling bricks/bricks falling/falling tiles/tiles falling/"
        "landslide/sinkhole/open manhole/missing manhole/manhole cover missing/manhole cover is",
    ),
    (
        "chemical",
        5,
        "chemical leak/chemical spill/toxic gas/toxic smoke/poisoned/poisoning/swallowed/ammonia/chlorine leak",
    ),
    ("traffic", 5, "car accident/car crash/hit and run/hit by a car/run over/crashed into/overturned"),
    (
        "life",
        5,
        "isn't breathing/stopped breathing/not waking up/won't wake/wont wake/unresponsive/"
        "blood everywhere/lots of blood/chest pain/can't move/cannot move/fell down/help us/save me/"
        "save us/took pills/took all/cut her wrist/cut his wrist/is choking/no pulse/turning blue/"
        "heart stopped/on the ledge/having a baby/in labour/in labor",
    ),
    (
        "violence",
        5,
        "hiding in/hiding from/breaking the door/someone is in my/touching me/hurt me/hurting/with a gun/"
        "with a bat/is hitting/hits me/stalking/threatening me/threatened to",
    ),
    ("fire", 5, "smoke and/smelling smoke/burning smell/is smoking/caught on fire"),
)
"""Words by what they speak of and how surely they mean danger now: 5 in any text, 2 only in a cry."""

SPELT = (
    (
        "life",
        "jiuming/jiujiuwo/jiuwoa/kuailairen/tiaolou/tiaohele/yaotiaohe/luoshuile/nishuile/hunmile/"
        "yundaole/bukun/beikun/zisha/buxianghuo/chubuqu/chubulai/jiaobuxing",
    ),
    ("fire", "zhaohuo/qihuole/shihuole/zaohuole/maoyan/huozaile/baozhale"),
    ("gas", "meiqixielou/meiqilou/loumeiqi/meiqiwei/ranqixielou/ranqiwei/louqile/tianranqilou"),
    ("water", "shuizhang/jinshuile/daoguan/fadashui/yanshuile/hongshuilai"),
    ("electric", "loudianle/chudianle"),
    ("violence", "sharenle/shalema/kanren/nadao/chidao/darenle/dasiren/bangjia/qiangjie/youdao"),
    ("child", "haizibujian/haizidiu/xiaohaibujian/zoudiule/zoushile/haizizhaobudao/bujianlehaizi"),
    ("structure", "taleya/fangzitale/yaotale/qiangdaole/jinggaimeile"),
)
"""The same in letters of sound, written together: blanks are taken out before they are looked for."""

CHILD = "孩子/小孩/小囡/小朋友/儿子/女儿/娃/宝宝/婴儿/幼儿/孙子/孙女/学生/同学/囡囡/小人"
ELDER = "老人/老伯/老太/阿婆/阿公/奶奶/爷爷/外婆/外公/父亲/母亲/爸/妈/爹/娘/老头/老爷子/大爷/大妈/大娘/阿姨/老婆婆"
KIN = CHILD.replace("/学生/同学", "") + "/" + ELDER
SOMEONE = (
    CHILD + "/" + ELDER + "/有人/工人/人掉/人在/我们/女的/男的/一个人/几个人/个人/一家人/老公/老婆/"
    "丈夫/妻子/同事/姐/妹/哥/弟/邻居/乘客/孕妇/产妇/司机/她/他/我"
)
SOON = "随时/快要/就要/马上就/马上要/即将/摇摇欲坠/眼看/分分钟"

PAIRS = (
    (
        "structure",
        7,
        14,
        "电梯",
        "下坠/急坠/坠落/急速下降/突然下降/突然往下/突然掉/掉层/直坠/坠到/失控/夹人/夹伤/冲顶/蹲底/溜梯/"
        "电梯困人/经常困人/频繁困人/经常关人/频繁关人/不是关人/关人事故/往下掉",
    ),
    (
        "structure",
        5,
        16,
        "脱落/掉落/掉下/剥落/掉砖/外墙/瓷砖/墙砖/玻璃/树枝",
        "砸到/砸伤/砸坏/砸中/砸人/砸死/砸车/伤到行人/伤及行人/差点砸/险些砸",
    ),
    (
        "electric",
        5,
        10,
        "电线/电缆/高压线/变压器/配电箱/电箱/电表箱/电线杆",
        "裸露/外露/露在外/垂落/垂到/下垂/掉落/断落/漏电/冒火/敞开/触手可及/伸手就/破皮/倾斜/要倒/快倒/碰到/拖在地/掉在",
    ),
    (
        "structure",
        7,
        10,
        "井盖/窨井",
        "缺失/塌陷/塌了/破损/破碎/破裂/裂开/断裂/丢失/被盗/被偷/不见/没有了/没了/翻起/翘起/敞开/倾斜",
    ),
    (
        "structure",
        4,
        14,
        "墙/房屋/房子/楼房/危房/护坡/山体/山坡/桥/屋顶/楼板/横梁/土坡/挡土墙/地基/路基/塔",
        "倾斜/垮塌/坍塌/下沉/移位/歪斜",
    ),
    ("structure", 2, 14, "墙/房屋/房子/楼房/护坡/山体/桥/屋顶/楼板/横梁/挡土墙/地基/路基", "开裂/断裂/裂缝/倒塌"),
    ("gas", 5, 8, "燃气/煤气/天然气/液化气", "漏气/泄漏/泄露/有泄/漏得"),
    (
        "life",
        4,
        12,
        "吞/咽/误喝/误食/喝错/喝成",
        "电池/纽扣/硬币/钉子/磁珠/珠子/洗洁/清洁剂/消毒液/洁厕/药片/老鼠药/玻璃",
    ),
    (
        "life",
        4,
        8,
        "有人/女的/男的/女士/女孩/男孩/小孩/孩子/她/他/坐/站/趴/抱着/爬",
        "阳台外/窗台上/外沿/窗外沿/脚悬空/天台边/楼顶边/护栏外/栏杆外/防盗窗外/站楼顶/天台上坐/天台上站",
    ),
    (
        "life",
        4,
        16,
        "老人/老太/独居/邻居/阿婆/奶奶/爷爷/一个人住/室内/敲门",
        "没动静/未应门/没应门/无人应/没人应门/没开门/没出过门",
    ),
    ("life", 4, 18, "臭味/异味", "独居/一个人住/未应门/敲门"),
    ("life", 4, 12, "井/污水池/化粪池/地窖/罐/沼气/管道里/坑", "下去就/没上来/没声音/喊不应/不吭/没有声音/晕"),
    ("life", 4, 12, "手/脚/头/胳膊/腿/手指", "绞/卷进/轧/夹住/卡着/卡住了/粘在/压断/切断"),
    ("life", 4, 14, "血/红的/红色的水", "门缝/流出来/一地/止不"),
    ("life", 4, 10, "蛇/毒蛇/蜈蚣/蜂/狗/猪/牛", "咬了/蜇/咬我/肿到/肿了/扑倒/顶伤"),
    ("life", 4, 12, "喝/吃/酒", "看不见了/看不清了/抽/晕倒/昏过去/吐血"),
    ("fire", 4, 10, "打火机/火柴/点火/明火", "汽油/油枪/煤气/液化气/加油/攥着/气罐"),
    ("violence", 4, 12, "汽油/煤气罐/液化气罐", "拎/浇/泼/点着/打火机/买好/抱着/威胁"),
    ("violence", 4, 10, CHILD + "/女孩/女生/老人", "围着打/惨叫/扇耳光/被掐/往死里/被摸/挨打/在打/打得"),
    ("water", 4, 14, "潮/浪/江边/湖中/水中央/江心/河中间", "还站/拍照/漂/没穿救生/被卷/卷走/上不来/不会游"),
    (
        "structure",
        4,
        14,
        "墙/缝/裂缝/基坑/边坡/塔吊/脚手/广告牌/吊篮/楼板/屋顶/梁/柱/坡/吊臂/绳子/老房子/房子",
        "伸进/伸得进/拳宽/掉块/又掉/在裂/在晃/散股/歪过来/只剩/要倒/要到了/断了/吱吱响/往下沉/还没撤/尚未转移/没转移",
    ),
    ("structure", 4, 12, "下面/底下/楼下/旁边", "砸下来/掉下来/要倒/歪过来/挂着/吊着/悬着"),
    (
        "electric",
        4,
        12,
        "电线/电缆/充电桩/外壳/路灯/水泵/插线板/铁门/栏杆/热水器",
        "带电/断脱/荡勒/弹出去/粘在/电到/断在/掉水/有水/麻手/打手",
    ),
    ("traffic", 4, 12, "高速/快速路/高架", "逆行/三轮车/有人走/老大爷在/小孩在/抛锚在"),
    ("child", 4, 14, "车里/车内/车窗/电梯/家里", "锁着个/反锁/哭不出/不哭了/脸通红"),
    ("life", 5, 14, "电话不接/打不通/关机/联系不上/不回", "再见/遗书/想不开/做傻事/对不起爸/别找我/不想活"),
    ("structure", 4, 10, "裂缝/裂/倾斜/移位/下沉/沉降", "越来越大/越来越宽/越来越厉害/在变大/加剧/向外倾斜"),
    ("water", 4, 8, "水位/河水/江水/湖水/洪水/积水", "上涨/在涨/还在涨/超过警戒/越来越深/越来越高"),
    ("child", 4, 16, "失智/痴呆/不认得/不记得", "没回/不见/跑出去/没找到/走丢/走失/出去"),
    # what, strength, characters between, one of these words ... near one of those
    (
        "child",
        4,
        14,
        KIN,
        "失联/失踪/未归/没有回来/没回来/没有回家/没回家/跑出去/不见了/勿见了/丢了/没影/找不着/找勿着/"
        "找不到了/寻不到/没找到/没下来/不知道去哪/不知去向/联系不上",
    ),
    ("child", 3, 12, KIN, "不见/找不到/走散/跑出去"),
    ("child", 4, 16, CHILD, "没有大人/没大人/一个人锁/独自在家/铁轨上"),
    (
        "life",
        3,
        12,
        SOMEONE,
        "掉下去/掉进/落水/掉河/跌落/摔下/坠下/跳下/没上来/没出来/还没下来/没有出来/上不来/下不来/出不来/"
        "困在/困住/被困/困牢/晕倒/晕了/昏过/昏倒/没声音/没动静/倒下/倒在/躺在地/压在/起不来/快不行/"
        "不动了/沉下/沉到",
    ),
    ("life", 4, 12, "电梯", "困在/困人/被困/卡在/卡住/关在/停在半/不动了/里面有/下坠/坠落/急坠/往下掉"),
    ("life", 3, 16, "敲门/按门铃", "没人应/没人答应/没人开/勿开/不应/没有回应"),
    ("life", 4, 18, "没见/没出来/没看到/没看见", "有臭味/臭味/敲门"),
    ("life", 4, 12, "药/农药/安眠药", "吃了一/吞/喝下/吃下/已经吃/整瓶/一整瓶/全吃了"),
    ("life", 4, 10, "发信息/短信/朋友圈/遗言/最后", "再见/对不起爸妈/永别/想不开"),
    (
        "life",
        4,
        14,
        "跳/桥上/楼顶/天台/窗台/阳台外/窗外/栏杆外/塔吊",
        "要跳/跳下去/想跳/往下跳/劝不下/腿在外/站着不下/坐着不动/不肯下来/轻生",
    ),
    ("life", 4, 8, "狗", "咬人/咬小孩/在咬/追着咬/咬伤/咬住/扑人/咬了"),
    (
        "fire",
        4,
        12,
        "厨房/油锅/窗帘/楼道/仓库/配电/电瓶车/电动车/充电/垃圾/柴/草/山上/车子/房子/阳台/窗口/屋里/厂/店/"
        "插座/电表/电箱/变压器/楼/宿舍/被子",
        "烧着/着了/火苗/在烧/烧了/冒烟/冒火/火花/起火/着火/有火,/有火!/蹿起/蹿出/往上蹿/火蹿/火窜/窜起/窜出/"
        "往上窜/扑不灭/有烟,/炸了/爆了",
    ),
    (
        "gas",
        4,
        12,
        "煤气/燃气/天然气/液化气/瓦斯/煤气罐/煤气瓶/钢瓶/阀门",
        "漏/泄/味道很/味道大/一股/味很重/很浓/闻到/闻着/嘶嘶/关不住/关不上/喷/挖断/挖破/裂开/裂了/破了/头晕/头痛/没关",
    ),
    ("gas", 4, 12, "挖机/挖掘机/施工", "挖断/挖破/挖爆/挖漏"),
    ("gas", 4, 16, "热水器/烧炭/炭火/煤炉/炭盆/火盆", "叫不/没出来/头晕/头痛/想吐/晕倒/晕/不醒/昏"),
    (
        "water",
        4,
        14,
        "车库/地下室/屋里/家里/房子/地铁/隧道/桥洞/一楼/店里/村里/涵洞/下穿",
        "水灌/灌水/倒灌/水淹/淹了/被淹/涨水/水涨/进水了/进水哉/在进水/涌水/水涌/水冲/水漫/积水很深/水越来越/困住/被困",
    ),
    ("water", 4, 12, "水库/大坝/河堤/堤坝/堤/圩", "渗/冒水/浑水/裂开/要垮/垮了/决口/决堤/漫坝/漫堤/缺口/塌了/要塌"),
    (
        "water",
        4,
        14,
        "水/暴雨/洪水",
        "到膝盖/到腰/到胸/到脖子/到窗/没过/没顶/出不去/推不开门/门推不开/门都推不开/被围/围住/爬到/往上涨/还在涨/转移",
    ),
    (
        "electric",
        4,
        14,
        "电线/电缆/高压线/线头/电线杆/路灯/配电箱/电箱/电表箱/插座/变压器/灯杆/广告牌/水坑/泳池/水泵",
        "漏电/触电/有电/带电/电倒/电到/电了一下/手麻/一麻/麻了/火花/掉在/掉到/掉下/垂到/垂下来/断了/落在/"
        "拖在/拖到/碰到/搭在/泡在/打火",
    ),
    (
        "electric",
        3,
        12,
        "电线/电缆/线头/电箱/配电箱/电表箱/铜线/铜丝/电源线",
        "裸露/外露/露在外/露出/破皮/破损/老化脱落/敞开/垂落/下垂/散落",
    ),
    (
        "violence",
        4,
        10,
        "刀/斧/棍/钢管/砖头/铁棍/酒瓶/枪/榔头/锤子",
        "拿着/挥/砍/捅/冲进/追着/威胁/逼着/打我/打人/在打/要杀/顶着/晃来",
    ),
    (
        "violence",
        4,
        10,
        "正在/现在/在楼下/又在/刚刚/几十个人/十几个人/一群人/一帮人/两帮人",
        "打人/打架/殴打/打我/砸店/砸车/砸门/打砸/打老婆/打孩子/打小孩/打她/斗殴/打老人",
    ),
    (
        "violence",
        4,
        12,
        "扬言/威胁/说要/声称/放话/要是不/不还钱/不给钱",
        "杀/同归于尽/弄死/炸掉/炸了/炸死/放火/捅/砍/砸死/打死/点火/跳楼/烧死/打断/泼",
    ),
    ("violence", 4, 10, "躲在/救命/害怕/不敢出/勿敢出/偷偷", "打我/有刀/他有/砸门/外面有人/跟着我/喝酒/不敢出声/门口"),
    (
        "structure",
        8,
        14,
        SOON,
        "倒塌/坍塌/垮塌/塌/倒下/倒掉/坠落/坠下/掉下/掉落/脱落/砸/断裂/断掉/伤人/垮/触电/爆炸/起火",
    ),
    (
        "structure",
        4,
        12,
        "房子/房屋/墙/楼板/天花板/楼顶/桥/路面/马路/护坡/山体/围墙/脚手架/塔吊/阳台/危房/堤/屋顶/吊顶/教室",
        "要塌/塌了/塌下/要倒/快倒/倒了/倒下来/垮了/陷下/掉下来/往下掉/歪了很多/裂开能/一个大洞/在响/快掉/歪了快",
    ),
    (
        "structure",
        4,
        12,
        "外墙/瓷砖/墙砖/玻璃/幕墙/广告牌/招牌/水泥/保温层/墙皮/空调外机/树枝/石头/砖",
        "砸人/砸伤/差点砸/险些砸/砸坏/砸中/砸到车/砸到行人/砸在/往下掉/吊在/挂着/一个角/掉下来",
    ),
    (
        "structure",
        4,
        12,
        "井盖/窨井/下水道口/沙井",
        "没了/不见/缺失/被偷/掉进/掉下/塌/没有盖/敞开/黑洞/破碎/破了/断裂/翘起来/悬空",
    ),
    (
        "chemical",
        3,
        14,
        "化工/冷库/车间/工厂/厂里/罐车/氨/气体/烟/味道",
        "喘不过/睁不开/呛/头晕/想吐/恶心/吐/倒了/晕倒/咳嗽/流泪/泄漏/外泄/冒出来",
    ),
    ("chemical", 3, 14, "食堂/吃完/吃了/喝了", "上吐下泻/吐/拉肚子/肚子痛/昏/抽搐/送医院"),
    (
        "chemical",
        4,
        12,
        "汽油/盐酸/硫酸/甲醇/农药/油罐/烟花/鞭炮",
        "漏了/漏出/泄漏/泼/流到/流了一地/全是/破了/倒了/在响/乱炸/炸了",
    ),
    (
        "traffic",
        4,
        12,
        "车/货车/电瓶车/摩托/公交/司机",
        "撞了/撞人/翻了/压着人/压着一/压住人/躺在地/流血/卡在/冲进店/冲进人/冲进河/冲到河/冲到人/失控/刹不住",
    ),
)
"""Two kinds of words that mean danger near each other."""

URGENT = (
    "救命啊/救命!/喊救命/快来/快点来/快点派/快派/快叫/快报/快救/赶快/赶紧/马上派/马上来/马上断/请马上/"
    "请立即/请立刻/请速/火速/十万火急/急急/在线等/还在里面/在里面没/还在下面/还没出来/没出来/没上来/"
    "还没上来/还没下来/出不来/出勿来/叫不醒/叫不应/不敢出/不敢进/正在打/正在烧/在喊救/尖叫/啊!/"
    "right now/hurry/screaming/immediately/urgent/come quick/asap"
)
"""Words of this minute: two more, and nothing said around takes away."""
NOW = "正在/现在/此刻/刚刚/刚才/今晚/今朝/快!/快,/快要/马上就要/now/just now"
"""Words of now: one more, and nothing said around takes away."""
HAZARD = "危险/危及/威胁/生命安全/人身安全/不敢/随时/提心吊胆/担惊受怕/胆战心惊/害怕/生命财产/出人命/人命关天"
"""Words that make a standing hazard out of a crack or a wire: two more for STANDING."""
STANDING = frozenset({"structure", "electric", "gas"})
NOWISH = (
    "今天/今早/目前/刚/又/已经/随时/马上/立即/立刻/快/很危险/非常危险/太危险/危险!/麻烦派/派人/来人/几个人/"
    "两个人/有人/里面有/老人/小孩/孩子/学生/了!/拉!/啦/哉/today/越来越/一直在/还在/仍在/突然/忽然/眼看/"
    "哭/喊/怎么办/紧急/转移/逃/撤离/疏散/在里面/在里头/动不了/出不去/不敢/报警了"
)
"""Words that make now likely: one more in a text that is not long, unless something speaks against it."""
NOT_NOW = (
    "咨询/请问/询问/想问/想了解/建议/提议/希望能加/加强/宣传/教育/培训/讲座/课件/演练/预案/预防/防范/避免/"
    "防止/防治/以防/检查/验收/审批/许可证/经营许可/许可/办理/怎么办理/申请/手续/材料/证书/赔偿/理赔/"
    "赔付/怎么赔/赔吗/保险/补助/补贴/补偿/报销/收费/费用/费/价格/多少钱/收费标准/标准/条例/规定/政策/"
    "条款/第几条/办法/方案/规划/招标/公示/公布/名单/调查报告/判决/判给/起诉/开庭/立案/拘留/处罚/案件/"
    "案子/鉴定/去年/前年/往年/历年/当年/上个月/上月/上周/上学期/上次/几年前/年前/以前/之前/曾经/曾/"
    "多次发生/时有发生/经常发生/屡次/历史/事后/事故频发/年1/年2/年3/年4/年5/年6/年7/年8/年9/月1/月2/"
    "月3/月4/月5/月6/月7/月8/月9/月份/赔好/证明/恢复/救上来/论文/扫码/退差价/表扬/点赞/年限/没有异常/谢谢大家/已经找到/找到了/没事/已经出院/排队/"
    "视频里/频发/各地/建言/供暖/室温/交通中断/翻建/资金链/建议由/走访/为了避免/报销一事/伤残/可以避免/"
    "案例/有些/例如/比如/极易/致谢/锦旗/已处理/已解决/处理进度/处理结果/有没有结果/进度/离婚/抚养/户口/"
    "注销/补办/宣告/评残/工伤认定/认定/电影/电视/游戏/小说/新闻/报道/直播/影片/演习/比赛/学习/外地/"
    "经常/长期/长年/常年/每天/天天/整天/每晚/晚上都/每次/多次/屡屡/每到/一到下雨/一下雨/逢雨/时常/年了/"
    "多年/三年/两年/几年/何时/什么时候/昨天/前天/前几天/前段时间/近日/早在/至今/之后/后来/当时/排放/"
    "偷排/排出/污染/废气/臭气/恶臭/烟囱/油烟/烧烤/环保/垃圾/餐饮/饭店/砖厂/摊贩/烟道/灰尘/粉尘/住院/"
    "治疗/手术/医生/患者/病人/医疗/疫苗/扑灭/已灭/灭了火/危房改造/棚改/拆迁/征收/开发商/交房/装修/"
    "质量差/质量问题/告诫/证据/前夫/前妻/合适/报废/工程/通车/能带/可以带/携带/拘留几/判决书/处理不公/"
    "坑爹/空转/信息/学籍/骚扰/退款/退费/工资/学费/培训费/欠款/公司已/机构/贷款/投资/平台/网贷/股东/"
    "隐患/防火/防水/消防/预警/警示/示范/安全生产月/知识/事例/典型/热线/电话是多少/怎么办证/停放/堆放/"
    "占用/噪音/噪声/扰民/像/好像要/似的/一样响/hotline/certificate/renewal/opening hours/museum/bill/"
    "account/apply/how do i/station/insurance/drill/last year/last month/years ago/claim/course/"
    "training/prevent"
)
"""Words of a question, a rule, a thing past or on paper."""
IFS = (
    "如果/假如/假设/万一/一旦/要是发生/若是/倘若/若/难道/是不是要等/非要等/非得等/等到/会不会/怎么办?/"
    "what if/in case/if there"
)
"""Words of a case that has not come."""
SUPPOSED = (
    "为例/怕/担心/生怕/容易/易发生/易引发/引发/诱发/存在/导致/造成/产生/可能/的风险/风险/隐患/能否/是否/"
    "不想/避免/预防/防止/以免/免得/杜绝/防范"
)
"""Words that make it a supposition."""

STORY = (
    "领导/书记/市长/县长/局长/厅长/业主/开发商/希望/请求/恳请/尊敬/政府/建议/多次/投诉/举报/年/月/问题/"
    "拆迁/征收/部门/严重影响/至今/维权/法院/合同/医院/派出所/赔偿/费/元/购买/购房/质量/学校/教育/工资/"
    "公司/管理/隐患/违规/违法/规定/污染/居民/生活/解决/改造/建设/施工/规划/质疑/咨询/无果/不作为/推诿/"
    "百姓/小区/社区/村民/影响/存在/设计/收费/经营/项目/工程/房屋/交房/道路/交通/国家/单位/手续/情况"
)
"""Words of a complaint that is told from its beginning: where many stand around a danger word, it was long ago."""
NEIGHBOURHOOD, FEW, MANY = 40, 3, 4
"""Characters around a danger word in which words of a story are counted; one or two less for so many of them."""

NOT_MEANT = (
    "卡丢了/证丢了/包丢了/车丢了/手机丢了/摇到了/快到了/要到了吗/就要到了/房倒是/停电倒/烟越来越多/电子烟/"
    "口吐白沫对/压着人去/栏杆外面就是/喷到脖子/被困住了,/炸开了锅/炸开锅/大炸弹/定时炸弹/不定时炸弹/"
    "悬空老人/悬空梁/天天没睡/倒下去吗/窜标/窜来窜去/再重伤/能动不了/启动不了/滚动不了/走动不了/"
    "发动不了/拉动不了/移动不了/睡不着起不来/早上起不来/上学起不来/倒在路边的垃圾/垃圾倒在/水倒在/"
    "断了风水/被围墙/重大杀手/健康杀手/杀手/地方落水管/落水管/防落水/卡在第/卡在审/卡在办/困在家里没/"
    "被困高/会喘不上/吃毒/有毒气体的检/捅出/捅破/倒脱靴/被淹过/差点被撞/撞到过年/跳楼价/跳楼机/"
    "跳楼大甩/跳楼清仓/辣到喷火/喷火龙/救援队/救援会/看不见了吗/逆行人员/逆行者/摸我国/冲出重围/冲出跑/"
    "汞灯/吞了我/吞了钱/吞了我的/吞卡/悬空层/没动静了吗/没有声音了吗/带电话/带电池/带电动/带电脑/"
    "带电车/被电话/被电信/被电力/被电梯/被电瓶/被电动/被电商/被电视/被电影/一起走路/一起走过/了结此/"
    "了结案/汞污/休克疗/老人打扮/打孩子气/打断我/跌落的房/跌落了/碾压/轧断了路/冲出来的油/天台漏/"
    "天台上种/窗外的油/窗外面是/房价跌落/股价跌落/阳台外挂/阳台外面晒/阳台外墙/天台渗/楼顶漏/楼顶渗/"
    "楼顶种/楼顶违/楼顶加/楼顶搭/楼顶的违/天台违/天台搭/天台加/虐待动物/虐待猫/虐待狗/火星镇/火星街/"
    "火星路/中暑假/中暑期/要生第/要生二/要生三/今年要生/被人关注/被人关心/有电池/有电梯/有电话/有电动/"
    "有电瓶/有电子/失足女/失足妇/困住房/引起火/引起失火/引发火/有烟囱/有烟道/有烟雾/有烟草/有火车/"
    "有火锅/正在打造/正在打击/正在打桩/正在打蓝/正在打工/正在打官/正在打电/推倒了/推倒/拆倒/"
    "孩子找不到合适/找不到合适/猫走丢了/狗走丢了/中毒和窒息/资金链断裂/审批/视而不见/也不见/不见得/"
    "看不见/听不见/不见好/不见效/不见起/找不到工作/找不到学/找不到地/找不到停/找不到单位/找不到幼/"
    "吓死人/气死人/吵死人/熏死人/坑死人/害死人/热死人/冻死人/臭死人/累死人/烦死人/冷死人/难死人/急死人/"
    "要死要活/穷困/运到了/云岛/燃气位/天然气位/煤气位/电梯停运/困高楼/会喘不/三年没回/多年没回/"
    "没回家过年/吵出心脏病/被压坏/被压榨/被压缩/被压得/被压价/被压制/被压在物/冲到左/冲到右/无钱救命/"
    "没钱救命/等着救命/急需救命/孩子越来越大/死人工资/着火车/看着火/着火点/火车/火锅/火龙果/火化/火腿/"
    "火爆/火热/火箭/火炬/火花塞/灯火/烟火气/灭火器/防火门/火辣/上火/发火/恼火/红火/香火/军火/火速办/"
    "火把节/萤火/救命钱/救命稻草/救命药/救命之恩/救命恩/救命的钱/救命通道/救命的通道/救命的消防/"
    "救救我们的耳朵/救救孩子们的/救救我们老/救救我们的/救救我们/打架子/打人工/砍伐/砍价/砍树/砍掉/砍断/"
    "砍了树/砍柴/砍光/砍砍/动手能力/动手术/动手做/动手实践/自己动手/着手/刀具实名/水果刀能/高铁/菜刀能/"
    "刀刀/开刀/一刀切/有刀削/水位价/地下水位/上涨费/价格上涨/房价上涨/物价上涨/租金上涨/涨价/费上涨/"
    "成本上涨/上涨幅度/上涨空间/价还在涨/房价还在涨/到腰包/一股东/解救我/拯救我/水漫金山/气炸了/炸了锅/"
    "信息爆炸/大爆炸/爆炸式/爆炸性/炸鸡/炸串/油炸/炸臭/泄漏信息/泄露信息/信息泄/泄露个人/泄漏个人/"
    "个人信息/泄露隐私/隐私泄/泄露客户/泄露考/泄露业主/泄露居民/泄密/泄题/玩失踪/下落不明的钱/"
    "失踪人员户口/宣告失踪/猫走丢/狗走丢/狗丢/猫丢/猫不见/狗不见/宠物/钱包/手机丢/手机不见/证丢/卡丢/"
    "证不见/车不见/钥匙/快递不见/快递丢/电瓶丢/杀毒/杀菌/杀虫/灭杀/秒杀/扼杀/抹杀/封杀/自杀式/自杀干预/"
    "自杀预防/枪毙/标枪/水枪/枪手/扫码枪/喷枪/没有枪/打疫苗/打工/打人民/威胁到/受到威胁/造成威胁/"
    "严重威胁/构成威胁/的威胁/很大威胁/健康威胁/困难/贫困/困扰/困境/困惑/被困扰/犯困/困户/脱困/"
    "绑架业主/绑架消费/道德绑架/捆绑/绑架了业/被绑架着/中毒性/网络中毒/中毒太深/热水器中毒课/防溺水/"
    "防触电/防踩踏/断气源/断气阀/电击棒/要生了二/再要生/抽烟/烟花许可/烟花爆竹/烟草/抽油烟/油烟/烟囱/"
    "炊烟/烟酒/烟台/禁烟/吸烟/香烟/烟盒/烟头/没有回复/没回复/没有回应/没有回音/没回应/炸药厂/活动开/"
    "活不下去的/高血压/心脏病人/心脏病患/全是血汗/都是血汗/血汗/要跳槽/想跳槽/跳跃/跳舞/跳广场/跳绳/"
    "堵门口的车/摸我们/拘禁闭/退休克扣/打我们电/打我电/打我们的电/打我手机/打我的手机/打我的电/掐我们/"
    "弄死机/关起来的门/不让走道/抢劫式/变相抢劫/高架/马蜂窝旅游/没有气/漏气味/进水口/进水管/进水阀/"
    "进水量/进水率/进水池/内涝治理/防内涝/上涨到/从高处理/从高处罚/压住房/砸钱/砸锅/搬起石头/摔跤/掉头/"
    "掉漆/掉队/掉价/掉线/丢了工/丢了西/丢了饭/丢了面/没了影响/滑坡治理/塌方路段/成绩滑坡/经济滑坡/"
    "滑坡式/失联的开发商/老板失联/公司失联/法人失联/负责人失联/教练失联/人员失联/店家失联/商家失联/"
    "电话失联/失踪的老板/老板失踪/寻死觅活/stuck with/fire station/fire safety/firewall/"
    "fire extinguisher/fire drill/fire truck museum/gas account/gas bill/fireworks/fire department/"
    "smoke-free/smoke free/fired/gun control/emergency contact/emergency exit/nonemergency"
)
"""Words that hold a danger word and mean something else: what lies inside them is not read."""

HEARD_AS = (
    (
        "life",
        "救命啊/救命呀/救命救命/快来救命/掉进河里/掉河里了/晕倒了快/要跳楼/有人跳楼/喝农药/不想活了/"
        "困在电梯/电梯困人/叫救护车/口吐白沫/落水了/昏倒了/没有呼吸/没呼吸了/救护车/流血不止/喘不上气/"
        "昏迷不醒/叫不醒",
    ),
    ("fire", "着火了/着火啦/起火了/起火啦/失火了/烧起来了/冒浓烟/冒黑烟/要爆炸了/爆炸了"),
    ("gas", "煤气泄漏/燃气泄漏/天然气泄漏/煤气味/煤气漏/液化气漏/漏煤气/漏燃气/天然气漏/煤气中毒/一氧化碳"),
    ("water", "水倒灌/车库进水/洪水来了/水涨上来"),
    ("electric", "漏电了/触电了/有人触电/被电到/被电击/电线掉"),
    ("violence", "杀人了/砍人了/打死人/拿刀砍/有人持刀/有人抢劫/被绑架/在家暴"),
    ("child", "孩子不见了/小孩不见了/老人走失/孩子走丢"),
    ("structure", "房子塌了/墙要倒了/要塌了/倒塌了/坍塌了/塌下来"),
)
"""Words also known by their sound (tones, z/zh, n/ng not told apart): 煤汽, 起火拉, 九命啊."""

ENDS = ("。", "!", "?", ";")
SQUEEZED_OUT = dict.fromkeys(map(ord, " .!…~-、·*_\n'\""))
SURE, STRONG, TOGETHER = 5, 4, 60
REPEATED = 40
"""Times one word is weighed: what repeats it a thousand times says no more, and must not cost more."""


@dataclass(frozen=True, slots=True)
class Danger:
    """One danger a text speaks of: `what` (a key of TITLES), the deciding `words`, the reason as a sentence."""

    what: str
    words: tuple[str, ...]
    sentence: str


@dataclass(frozen=True, slots=True)
class _Cue:
    """What a word means: a danger of some strength, on its own or near one of `near` within `reach` characters."""

    what: str
    strength: int
    near: tuple[str, ...] = ()
    reach: int = 0
    spelt: bool = False


class _Words:
    """Words with their meanings, found in one pass, overlapping ones too."""

    def __init__(self, meanings: dict[str, list[_Cue]]) -> None:
        self.words, self.cues = list(meanings), list(meanings.values())
        self._machine = AhoCorasick(self.words, matchkind=MatchKind.Standard)

    def find(self, text: str) -> list[tuple[int, int, int]]:
        """(word, start, end) of every word in the text."""
        return self._machine.find_matches_as_indexes(text, overlapping=True)


def _split(words: str) -> list[str]:
    return [each for each in words.split("/") if each]


def _gather(pairs: Iterable[tuple[str, _Cue]]) -> _Words:
    meanings: dict[str, list[_Cue]] = {}
    for word, cue in pairs:
        meanings.setdefault(word, []).append(cue)
    return _Words(meanings)


def _declared() -> Iterator[tuple[str, _Cue]]:
    for what, strength, words in WORDS:
        for word in _split(words):
            yield word, _Cue(what, strength)
    for what, strength, reach, near, triggers in PAIRS:
        for word in _split(triggers):
            yield word, _Cue(what, strength, tuple(_split(near)), reach)
    for what, spelt in SPELT:
        for word in _split(spelt):
            yield word, _Cue(what, SURE, spelt=True)
    for word in _split(NOT_MEANT):
        yield word, _Cue("", 0)


@cache
def _spoken() -> _Words:
    return _gather(_declared())


@cache
def _story() -> _Words:
    return _gather((word, _Cue("story", 1)) for word in _split(STORY))


@cache
def _around() -> _Words:
    kinds = (
        ("urgent", URGENT),
        ("now", NOW),
        ("nowish", NOWISH),
        ("not", NOT_NOW),
        ("supposed", SUPPOSED),
        ("if", IFS),
        ("hazard", HAZARD),
    )
    return _gather((word, _Cue(kind, 1)) for kind, words in kinds for word in _split(words))


def _syllable(reading: str) -> str:
    """A syllable as a southern ear takes it: zh as z, ng as n."""
    for exact, loose in (("zh", "z"), ("ch", "c"), ("sh", "s")):
        reading = loose + reading[2:] if reading.startswith(exact) else reading
    return reading[:-1] if reading.endswith(("ing", "eng")) else reading


@cache
def _sounds() -> dict[int, str]:
    """One character for all that sound alike, for the syllables of HEARD_AS."""
    from pypinyin import Style, lazy_pinyin, pinyin_dict

    wanted = {c for _, words in HEARD_AS for c in words if c != "/"}
    stand_in: dict[str, str] = {}
    for one in sorted(wanted):
        stand_in.setdefault(_syllable(lazy_pinyin(one, style=Style.NORMAL)[0]), one)
    table: dict[int, str] = {}
    for code in pinyin_dict.pinyin_dict:
        if 0x4E00 <= code < 0xA000:
            sound = _syllable(lazy_pinyin(chr(code), style=Style.NORMAL)[0])
            if sound in stand_in:
                table[code] = stand_in[sound]
    return table


@cache
def _heard() -> _Words:
    table = _sounds()
    return _gather((word.translate(table), _Cue(what, 3)) for what, words in HEARD_AS for word in _split(words))


def _whole(text: str, start: int, end: int) -> bool:
    """Whether a word of letters stands alone: `fire`, not `firewall`."""
    before, after = text[start - 1 : start], text[end : end + 1]
    return not (before.isascii() and before.isalnum()) and not (after.isascii() and after.isalnum())


class _Reading:
    """The dangers of one plain text, with the strength reached and the words of each."""

    def __init__(self, plain: str) -> None:
        beyond = (len(plain.encode("utf-8", "surrogatepass")) - len(plain)) // 2
        self.size = beyond + (len(plain) - beyond) // 3
        self.needed = next((strength for size, strength in NEEDED if self.size <= size), NEEDED_LONG)
        self.found: dict[str, list[tuple[int, str, int, int]]] = {}

    def look(self, text: str, words: _Words, said: str, letters: bool) -> None:
        """Read a form of the text: `said` holds the words as written (same length), `letters`: blanks are kept."""
        hits = words.find(text)
        if not hits:
            return
        cues = words.cues
        skipped = sorted((s, e) for w, s, e in hits if cues[w][0].strength == 0)
        starts, reach = [s for s, _ in skipped], list(accumulate((e for _, e in skipped), max))
        times: Counter[int] = Counter()
        flat = text
        for mark in ENDS:
            flat = flat.replace(mark, "\n")
        for word, start, end in hits:
            name = words.words[word]
            if name.isascii() and not cues[word][0].spelt and not (letters and _whole(text, start, end)):
                continue
            before = bisect_right(starts, start)
            if (before and reach[before - 1] >= end) or times[word] == REPEATED:
                continue
            times[word] += 1
            for cue in cues[word]:
                if cue.strength and (not cue.near or self._near(flat, start, end, cue)):
                    weight = self._weight(flat, start, end, cue.what) - self._told(flat, start, end)
                    strength = cue.strength + weight
                    self.found.setdefault(cue.what, []).append((strength, said[start:end], start, end))

    @staticmethod
    def _near(flat: str, start: int, end: int, cue: _Cue) -> bool:
        before = flat[max(0, start - cue.reach) : start].rpartition("\n")[2]
        after = flat[end : end + cue.reach].partition("\n")[0]
        return any(each in before or each in after for each in cue.near)

    def _weight(self, flat: str, start: int, end: int, what: str) -> int:
        """What the words around say: up to two more for now, up to three less for not now."""
        around = self.size * 3 if self.size <= SHORT else AROUND
        before, after = flat[max(0, start - around) : start], flat[end : end + around]
        if self.size > SHORT:
            before, after = before.rpartition("\n")[2], after.partition("\n")[0]
        words = _around()
        heard = dict.fromkeys(("urgent", "now", "nowish", "not", "supposed", "if", "hazard"), 0)
        for part in (before, after):
            for each in {word for word, _, _ in words.find(part)}:
                heard[words.cues[each][0].what] += 1
        if heard["urgent"] or heard["now"]:
            return 2 if heard["urgent"] else int(self.size <= LONG)
        if heard["hazard"] and what in STANDING:
            return 2 - min(2, heard["not"]) - (3 if heard["if"] else 0)
        against = min(3, heard["not"]) + (2 if heard["supposed"] or heard["if"] else 0)
        return max(-4, (1 if heard["nowish"] and self.size <= LONG and against < 2 else 0) - against)

    def _told(self, flat: str, start: int, end: int) -> int:
        """How much of a long complaint stands around: up to two less."""
        if self.size <= SHORT:
            return 0
        around = flat[max(0, start - NEIGHBOURHOOD) : end + NEIGHBOURHOOD]
        count = len({word for word, _, _ in _story().find(around)})
        return int(count >= FEW) + int(count >= MANY)

    def borne_out(self, hits: list[tuple[int, str, int, int]]) -> int:
        """One more when another strong word stands near the strongest one."""
        _, _, start, end = max(hits)
        near = (h for several in self.found.values() for h in several if h[0] >= max(STRONG, self.needed - 1))
        return int(any((s >= end or e <= start) and abs(s - start) <= TOGETHER for _, _, s, e in near))


@cache
def _weights() -> tuple[float, dict[str, float]]:
    """Where to begin, and what each character and pair of characters adds (learned, see bench/understanding)."""
    lines = (files("anxin.understanding") / "danger.csv").read_text("utf-8").splitlines()
    rows = list(csv.reader(lines))
    return float(rows[0][1]), {word: float(weight) for word, weight in rows[1:]}


def felt(lower: str) -> tuple[float, tuple[str, ...]]:
    """How dangerous a short text is as a whole (0: even chances), and the characters that say so most."""
    begin, weights = _weights()
    parts = set(lower).union(map(str.__add__, lower, lower[1:]))
    told = [(weights[part], part) for part in parts if part in weights]
    strongest = sorted(((weight, part) for weight, part in told if len(part) == 2), reverse=True)[:3]
    said = sorted((part for _, part in strongest), key=lower.find)
    return begin + sum(weight for weight, _ in told), tuple(said)


def read_plain(plain: str) -> tuple[Danger, ...]:
    """As `read`, for a text that `text.clean` has been through already."""
    lower = plain.lower()
    if len(lower) != len(plain):
        plain = lower
    reading = _Reading(plain)
    reading.look(lower, _spoken(), plain, True)
    if len(lower) <= HEARD:
        squeezed = lower.translate(SQUEEZED_OUT)
        if squeezed != lower:
            reading.look(squeezed, _spoken(), squeezed, False)
    heard = lower[:HEARD]
    reading.look(heard.translate(_sounds()), _heard(), heard, True)
    needed = reading.needed
    told = []
    for what, hits in reading.found.items():
        strongest = max(hits)[0] + reading.borne_out(hits)
        if strongest >= needed:
            in_order = sorted(hits, key=lambda hit: hit[2])
            words = tuple(dict.fromkeys(word for reached, word, _, _ in in_order if reached >= needed - 1))
            told.append((-strongest, what, words))
    if not told and 1 < len(lower) <= FELT:
        sum_, parts = felt(lower)
        if parts and sum_ >= (FELT_CRY if reading.size <= SHORT else FELT_CALL):
            what = max(reading.found, key=lambda each: max(reading.found[each])[0], default="life")
            told.append((0, what, parts))
    return tuple(
        Danger(what, words, f"可能有{TITLES[what]}，请马上看：" + "、".join(f"“{w}”" for w in words[:4]))
        for _, what, words in sorted(told)
    )


def read(text: str) -> tuple[Danger, ...]:
    """The dangers a message speaks of, the surest first, each with its words and reason; empty: none heard.

    It never lowers an urgency a person set: the callers may raise on it, and must not take an
    empty answer for safety. Never raises; any text costs a bounded time.
    """
    return read_plain(clean(text))


def words(text: str) -> tuple[str, ...]:
    """All words of a message that decided for a danger, each once, in the order of the dangers."""
    return tuple(dict.fromkeys(word for danger in read(text) for word in danger.words))

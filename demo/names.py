"""Synthetic but valid names, ID numbers, bank accounts and telephones. Nothing here belongs to a real person."""

from datetime import date
from random import Random

from stdnum import luhn
from stdnum.cn import ric

AREA = "430503"
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范"
    "金石廖贾夏韦付方白邹孟熊秦邱江尹薛阎段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
# The commonest names of the south of Hunan come more often.
_COMMON = "李刘陈王张唐罗周黄肖曾蒋邓彭谢唐戴阳李刘陈王"
_GIVEN = {
    "old": {
        "M": "国建德福贵生发明祥云清松柏林保顺友良善华庆金仁义和平安富文武志忠",
        "F": "秀桂兰英珍玉凤莲香梅菊翠春冬爱金银娥姣满妹芝淑元贞云莲",
    },
    "grown": {
        "M": "建军志强伟勇斌辉海波涛鹏飞峰杰超刚毅俊亮宏兵华新文明东林",
        "F": "丽娟艳芳敏霞红燕玲萍莉静慧娜琳琴蓉梅婷雪云群芬晓利平华英",
    },
    "young": {
        "M": "浩宇轩子涵博文俊熙泽昊天睿梓铭嘉豪明哲思远一诺佳乐承恩晨",
        "F": "欣怡梓涵诗雨晨曦思琪佳怡语桐雅婷梦瑶若汐可心紫萱一诺静雯",
    },
}
_BANKS = (
    ("邵阳农村商业银行", "621539"),
    ("中国邮政储蓄银行邵阳市分行", "621799"),
    ("中国农业银行邵阳大祥支行", "622848"),
    ("中国建设银行邵阳大祥支行", "621700"),
)
_ETHNICITIES = ("汉族",) * 47 + ("苗族", "回族", "侗族")
_MOBILES = (
    "130",
    "133",
    "135",
    "136",
    "137",
    "138",
    "139",
    "150",
    "151",
    "152",
    "158",
    "159",
    "180",
    "182",
    "187",
)


def surname(rng: Random) -> str:
    return rng.choice(_COMMON) if rng.random() < 0.5 else rng.choice(_SURNAMES)


def given(rng: Random, sex: str, birth: date) -> str:
    """A given name of one or two characters in the fashion of the birth year."""
    age = "old" if birth.year < 1960 else "grown" if birth.year < 2000 else "young"
    characters = _GIVEN[age][sex]
    count = 1 if rng.random() < 0.12 else 2
    return "".join(rng.sample(characters, count)) if count == 2 else rng.choice(characters)


def ethnicity(rng: Random) -> str:
    return rng.choice(_ETHNICITIES)


def phone(rng: Random) -> str:
    """A mobile number; its middle group 0000–0099 is given to nobody here."""
    return f"{rng.choice(_MOBILES)}00{rng.randrange(100):02d}{rng.randrange(10000):04d}"


class Numbers:
    """Gives ID numbers and bank accounts, each at most once."""

    def __init__(self, rng: Random):
        self._rng = rng
        self._used: set[str] = set()

    def id_number(self, birth: date, sex: str) -> str:
        """18 characters: area 430503, birth date, order number (odd for men), check character."""
        while True:
            order = self._rng.randrange(0, 500) * 2 + (sex == "M")
            body = f"{AREA}{birth:%Y%m%d}{order:03d}"
            if body not in self._used:
                self._used.add(body)
                # calc_check_digit wants all 18 characters and looks at the first 17.
                return body + ric.calc_check_digit(body + "0")

    def account(self) -> tuple[str, str]:
        """A bank and a 19-digit number that begins with 62 and passes the Luhn check."""
        while True:
            bank, prefix = self._rng.choice(_BANKS)
            body = prefix + f"{self._rng.randrange(10**12):012d}"
            if body not in self._used:
                self._used.add(body)
                return bank, body + luhn.calc_check_digit(body)


def certificate_number(id_number: str, kind: str, grade: int) -> str:
    """残疾证号: ID number, category 1–7, grade."""
    kinds = ("visual", "hearing", "speech", "physical", "intellectual", "mental", "multiple")
    return f"{id_number}{kinds.index(kind) + 1}{grade}"

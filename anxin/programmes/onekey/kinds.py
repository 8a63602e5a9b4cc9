"""The kinds of one-key requests: who leads, who helps, which limit.

The list is this project's own, made for the demo city; an installation replaces it by its own catalogue. The town's
command room leads what happens on the spot ("town leads, departments responsible", guide 2.1); enquiries and
professional matters go to the department. A quarrel without violence is not for the police (guide 2.3): the village
or community helps to mediate, and 110 is called in when it turns (R6, R7).
"""

from __future__ import annotations

from anxin.kernel.registry import Kind, Part
from anxin.programmes.onekey.rules import clocks

URGENT = {"emergency": "handle.emergency", "urgent": "handle.timely"}
TOWN = Part(role="town_command", task="到场核实、先行处置，联系诉求人")


def _kind(
    name: str,
    title: str,
    title_en: str,
    words: str,
    *,
    lead: Part = TOWN,
    helpers: tuple[Part, ...] = (),
    whole: str = "handle.ordinary",
    on_site: bool = True,
    private: bool = False,
    place_needed: bool = True,
    needs_proof: bool = True,
) -> Kind:
    return Kind(
        code=f"onekey.{name}",
        title=title,
        title_en=title_en,
        words=tuple(words.split()),
        lead=lead,
        helpers=helpers,
        whole=whole,
        whole_by_urgency=URGENT,
        on_site=on_site,
        private=private,
        place_needed=place_needed,
        needs_proof=needs_proof,
        clocks=clocks,
    )


def _at(function: str, task: str, *, sort: str = "department") -> Part:
    return Part(role=f"{sort}:{function}", task=task)


KINDS: tuple[Kind, ...] = (
    _kind(
        "facility",
        "公共设施",
        "Public facilities",
        "路灯 井盖 健身器材 健身路径 护栏 公厕 长椅 监控 摄像头 电子屏 广告牌 信号箱 楼道灯 滑梯 石板路 "
        "栏杆 灯不亮 灯坏",
        helpers=(_at("housing", "公共设施维修"),),
    ),
    _kind(
        "water",
        "供水排水积水",
        "Water, drainage and flooding",
        "积水 被淹 水淹 淹水 进水 水浸 停水 断水 漏水 渗水 爆管 下水道 下水管 污水管 污水井 化粪池 窨井 "
        "冒溢 水压 水质 内涝 倒灌 排水 雨水管 水管 自来水 水表 泵站 水位",
        helpers=(_at("water", "排水抢险与处置"),),
        whole="handle.timely",
    ),
    _kind(
        "power",
        "供电",
        "Power supply",
        "停电 跳闸 电线 电表 断电 漏电 变压器 变电 电缆 电杆 电线杆 配电 供电 电费 来电 充电时跳 高压线",
        helpers=(_at("power", "供电抢修", sort="company"),),
        whole="handle.timely",
    ),
    _kind(
        "gas",
        "燃气",
        "Gas supply",
        "燃气 煤气 天然气 液化气 气味 瓶装气 煤气瓶 燃气灶 燃气管 漏气 钢瓶",
        helpers=(_at("gas", "燃气检查与抢修", sort="company"), _at("housing", "燃气行业监管")),
        whole="handle.timely",
    ),
    _kind(
        "road",
        "道路交通设施",
        "Roads and traffic facilities",
        "路面 坑洼 大坑 红绿灯 信号灯 斑马线 塌陷 沉降 修路 桥面 减速带 标线 路口 人行道 马路 翘起 压坏 树倒 凸镜 导航",
        helpers=(_at("transport", "道路养护"),),
        whole="handle.general",
    ),
    _kind(
        "parking",
        "停车",
        "Parking",
        "停车 车位 违停 乱停 占道停 消防通道被占 停车费 停车场 充电桩 僵尸车 泊位 挪车 堵住出口 道闸",
        helpers=(_at("enforcement", "违停查处"),),
    ),
    _kind(
        "noise",
        "噪声",
        "Noise",
        "噪音 噪声 扰民 广场舞 音响 半夜施工 吵得 吵醒 睡不着 施工声 夜间 打桩 喇叭 跳舞 夜里 半夜 凌晨",
        helpers=(_at("enforcement", "噪声查处"),),
    ),
    _kind(
        "environment",
        "生态环境",
        "Environment",
        "臭气 臭味 污染 废气 废水 黑烟 河水 发黑 酸味 油烟 扬尘 异味 排污 偷排 冒泡 死鱼 焚烧 秸秆 环保 刺鼻",
        helpers=(_at("environment", "现场监测与查处"),),
        whole="handle.general",
    ),
    _kind(
        "sanitation",
        "市容环卫",
        "Street cleaning and appearance",
        "垃圾 保洁 小广告 流动摊 占道经营 地摊 摆摊 垃圾桶 垃圾箱 清运 脏乱 粪便 污物 打扫 清扫 广告贴",
        helpers=(_at("enforcement", "市容整治"),),
    ),
    _kind(
        "construction",
        "建筑工地与违建",
        "Building sites and illegal building",
        "违建 违章 工地 搭建 彩钢棚 脚手架 渣土 渣土车 开挖 装修敲墙 敲墙 承重墙 加盖 施工 打地基 私自",
        helpers=(_at("enforcement", "违建查处"), _at("housing", "施工监管")),
        whole="handle.complex",
    ),
    _kind(
        "property",
        "物业管理",
        "Property management",
        "物业 业委会 电梯 物业费 维修基金 维修资金 门禁 保安 小区绿化 外墙 公共收益 小区门",
        helpers=(_at("housing", "物业监管"),),
        whole="handle.general",
    ),
    _kind(
        "housing",
        "房屋与出租",
        "Housing and letting",
        "出租 群租 房东 押金 租房 房屋裂缝 裂缝 震裂 危房 房产证 中介 交房 漏雨 屋顶 阳台 墙要 房租 公租房 开发商 楼盘",
        helpers=(_at("housing", "房屋安全与租赁监管"),),
        whole="handle.general",
    ),
    _kind(
        "fire",
        "消防隐患",
        "Fire hazards",
        "消防 灭火器 飞线充电 电瓶车进楼 电瓶车上楼 电瓶车 安全出口 疏散通道 楼梯被堵 堆放杂物 消防栓 "
        "火灾 着火 冒烟 起火 烟雾 逃生 宿舍 窗全封",
        helpers=(_at("fire", "消防检查与处置"),),
        whole="handle.timely",
    ),
    _kind(
        "safety",
        "安全生产",
        "Work safety",
        "安全生产 无证作业 高空作业 安全绳 危化品 油漆 粉尘 机器伤人 塔吊 作坊 生产安全 切割 气瓶 "
        "没有通风 有限空间 防护 机器",
        helpers=(_at("emergency", "安全检查"),),
        whole="handle.general",
    ),
    _kind(
        "consumer",
        "消费维权",
        "Consumer protection",
        "退款 退钱 假货 退货 预付卡 健身卡 商家 欺诈 质量问题 缺斤少两 过期 变质 食品 充值 跑路 宰客 "
        "套票 团购 网购 保修 消费 美容院 定金 卷款 装修公司",
        lead=_at("market", "调查调解"),
        on_site=False,
        whole="handle.general",
    ),
    _kind(
        "market",
        "市场秩序",
        "Market order",
        "市场 摊位 摊主 商户 面料 货款 批发 档口 租金 毛衫 羊绒 成分 造假 仿冒 克重 无照",
        helpers=(_at("market", "市场监管"),),
    ),
    _kind(
        "labour",
        "劳资欠薪",
        "Wages and labour",
        "工资 欠薪 拖欠 社保 加班 辞退 劳动合同 包工头 工伤 农民工 克扣 算计件 计件 高温补贴 补贴没发 讨薪 结账",
        lead=_at("labour", "调查调解"),
        on_site=False,
        whole="handle.general",
    ),
    _kind(
        "quarrel",
        "邻里家庭纠纷",
        "Quarrels between neighbours and in families",
        "吵架 纠纷 邻居 家暴 打架 争吵 争执 吵了 动手 楼上 扬言 骂人 离婚 赡养 宅基地 分家 婆媳 田埂 "
        "两户 调解 亲戚 兄弟",
        helpers=(Part(role="committee", task="上门了解、联合调解"),),
        private=True,
    ),
    _kind(
        "animal",
        "动物",
        "Animals",
        "狗 犬 流浪 咬人 蛇 马蜂 猫 遛狗 不牵绳 野猪 死鸡 大鱼 蜂窝 鸟",
        helpers=(_at("enforcement", "犬只管理"),),
    ),
    _kind(
        "education",
        "教育",
        "Education",
        "学校 小学 中学 幼儿园 老师 入学 报名 培训机构 培训班 作业 校车 补课 学区 校门 家长 学生 放学 上学 学费",
        lead=_at("education", "调查答复"),
        on_site=False,
        whole="handle.general",
    ),
    _kind(
        "health",
        "医疗卫生",
        "Health",
        "医院 看病 挂号 医生 疫苗 接种 诊所 卫生院 卫生室 体检 就医 买药 药店 开药 医保 病历",
        lead=_at("health", "调查答复"),
        on_site=False,
        whole="handle.general",
    ),
    _kind(
        "welfare",
        "民政社保",
        "Welfare",
        "低保 养老 残疾 独居 救助 高龄 养老金 老人 孤寡 殡葬 优待 助餐 抚恤 困难",
        lead=_at("civil", "核实办理"),
        on_site=False,
    ),
    _kind(
        "transport",
        "公共交通",
        "Public transport",
        "公交 出租车 地铁 班车 司机 站台 网约车 末班车 班次 公共自行车 打不到车 车次 客运 候车",
        lead=_at("transport", "调查答复"),
        on_site=False,
    ),
    _kind(
        "enquiry",
        "政务咨询",
        "Enquiries",
        "咨询 请问 询问 怎么办理 如何办理 需要什么材料 什么材料 政策 户口 公积金 居住证 营业执照 办证 哪里办 条件 流程",
        lead=_at("services", "答复"),
        on_site=False,
        whole="handle.consult",
        place_needed=False,
        needs_proof=False,
    ),
    _kind(
        "tourism_culture",
        "文体旅游",
        "Culture, sport and tourism",
        "景区 图书馆 旅游 游客 游船 门票 温泉 体育馆 文化 古镇 古城 导游 球场 演出 网吧 民宿 展馆 攀爬 排队",
        lead=_at("culture", "调查答复"),
        on_site=False,
    ),
    _kind(
        "rural",
        "农业农村",
        "Farming and villages",
        "农田 灌溉 村里 养殖 土地流转 稻田 鱼塘 征地 农药 村务 猪场 机埠 泵坏 油菜 葡萄棚 大棚 橘园 "
        "农户 田头 庄稼 村口",
        helpers=(_at("agriculture", "核实处置"),),
        whole="handle.general",
    ),
    _kind(
        "network",
        "网络通信",
        "Networks",
        "宽带 信号 基站 网络 电信 移动 联通 光纤 断网 诈骗短信 手机卡 套餐",
        lead=_at("telecom", "抢修答复", sort="company"),
        on_site=False,
    ),
    _kind("other", "其他", "Other", "", whole="handle.ordinary"),
)

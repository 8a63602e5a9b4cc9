// What a map says, in the language of the page.
const WORDS = {
  map: ["地图", "Map"],
  none: ["此设备不能显示地图，相同的内容请看列表。", "This device cannot show the map; the list has the same content."],
  failed: ["地图没有加载成功，相同的内容请看列表。", "The map did not load; the list has the same content."],
  noPoints: ["点位没有加载成功，请稍后重试。", "The points did not load; please try again later."],
  loading: ["正在打开地图…", "Opening the map…"],
  closer: ["放大", "Zoom in"],
  wider: ["缩小", "Zoom out"],
  close: ["关闭", "Close"],
  credit: ["地图来源", "Map sources"],
  ctrl: ["按住 Ctrl 并滚动可缩放地图", "Use Ctrl + scroll to zoom the map"],
  cmd: ["按住 ⌘ 并滚动可缩放地图", "Use ⌘ + scroll to zoom the map"],
  fingers: ["用两根手指移动地图", "Use two fingers to move the map"],
  rough: ["界线为示意", "Borders are approximate"],
  pick: ["选这里", "Choose this place"],
  picked: ["已选：", "Chosen: "],
  cross: ["准星在：", "Cross-hair on: "],
  nowhere: ["不在本市范围内", "outside the city"],
  keys: ["方向键移动准星，Shift 加方向键微移，加减号缩放，回车选定。", "Arrow keys move the cross-hair, with Shift by little; plus and minus zoom; Enter chooses."],
  walk: ["方向键移动地图，加减号缩放。相同的内容见列表。", "Arrow keys move the map, plus and minus zoom. The list has the same content."],
  heat: ["热力", "Heat"],
  whole: ["全部", "All"],
  more: ["处，见列表", "more, see the list"],
} as const;

/** The words in the language of the page: Chinese unless the page is English. */
export const words = (): Record<keyof typeof WORDS, string> => {
  const at = document.documentElement.lang.startsWith("en") ? 1 : 0;
  return Object.fromEntries(Object.entries(WORDS).map(([name, both]) => [name, both[at]])) as Record<keyof typeof WORDS, string>;
};

// What stands on the screens. Chinese is the source; English where it was chosen.
const EN: Record<string, string> = {
  "安心": "Anxin", "今天": "Today", "报事": "Report", "待发": "To send", "地图": "Map", "我的": "Me",
  "有危险先打": "In danger, call first:", "公安": "police", "消防": "fire", "急救": "ambulance",
  "请先登录": "Please sign in first", "登录": "Sign in", "登录后，今天的工单和地图会存到手机，没有网络也能用。": "After signing in, today's orders and the map are kept on the phone and work without a network.",
  "登录已结束，登录后发送 {n} 项待发内容": "Signed out by time: sign in to send {n} waiting things",
  "登录已结束，已填的内容都在": "Signed out by time; nothing that was entered is lost",
  "没有网络，内容都存在手机里": "No network; everything is kept on the phone", "有新版本：重新载入": "New version: reload",
  "没有网络": "No network", "全部已发送": "All sent", "{n} 项待发": "{n} to send", "正在发送 {a} / {b}": "Sending {a} of {b}", "{n} 项需要您决定": "{n} need you",
  "系统暂时不能接收，稍后自动再发": "The server cannot take it now; it is sent again later",
  "没有要办的工单": "No orders to work on", "工单": "Orders", "数据时间 {t}": "As of {t}", "只带了最近 {n} 件，其余请在桌面查看": "Only the latest {n} are here; the rest is at the desk",
  "数据已超过一天，联网后会更新": "Older than a day; updated when there is a network",
  "主办": "Lead", "协办": "Helping", "一般": "Ordinary", "紧急": "Urgent", "特急": "Emergency", "保密": "Confidential",
  "待签收": "To sign", "办理中": "In work", "退件审核中": "Hand-back under review", "已反馈": "Finished", "已撤回": "Withdrawn",
  "剩 {t}": "{t} left", "超时 {t}": "{t} overdue", "已暂停": "Paused", "{n} 天": "{n} d", "{n} 小时": "{n} h", "{n} 分钟": "{n} min",
  "签收": "Sign", "联系诉求人": "Contact the person", "到场": "Arrive", "记录": "Note", "办结反馈": "Finish", "请求支援": "Ask for help", "处置前拍照": "Photo before", "处置后拍照": "Photo after", "更多": "More", "下一步": "Next",
  "等协办单位反馈：{names}": "Waiting for: {names}", "任务": "Task", "地址": "Address", "内容": "What was said", "时限": "Limits", "导航": "Directions", "保密件：内容请联网在桌面查看": "Confidential: read it at the desk",
  "待发：{verbs}": "To send: {verbs}", "不在今天的工单里，可能已办结或撤回": "Not among today's orders: finished or withdrawn, perhaps", "返回": "Back",
  "显示姓名电话（会记录）": "Show name and number (it is recorded)", "查看电话需要网络": "Reading a number needs the network", "只显示这一次，不存手机": "Shown this once, not stored on the phone", "关闭": "Close", "拨打": "Call",
  "联系上了": "Reached", "没接通": "Nobody answered", "说了什么（可留空）": "What was said (may be empty)",
  "正在定位…": "Finding the position …", "已记下，有网络就发送": "Kept; sent as soon as there is a network", "已记下": "Kept",
  "结果": "Result", "写明怎么处理的": "Say what was done", "已到场处置完毕，现场恢复正常": "Dealt with on the spot; all is normal again", "已清理、已恢复通行": "Cleared; passable again", "已劝解，双方同意": "Talked over; both sides agree", "办结要有照片": "Finishing needs a photo",
  "申请退件": "Hand back", "申请延期": "Ask for more time", "由仲裁岗位裁定；每个单位对同一事项只能申请一次": "The arbiter decides; a body may ask once for a matter", "由审批岗位决定；只能申请一次，单位与时限相同，最多再加 {limit}": "Somebody else decides; once only, in the unit of the limit, at most {limit} more",
  "建议承办单位": "Who should have it", "依据（职责清单、法规条文）": "By which list of duties or rule", "理由": "Reason", "请写明理由、依据和建议单位": "Say why, by which rule, and who should have it", "请写明理由": "Say why", "延长多少": "How much more",
  "需要什么帮助": "What help is needed", "请哪个单位": "Whom to ask", "更多单位": "More bodies",
  "写点什么": "Write something", "发送": "Send", "保存并发送": "Save and send",
  "拍照": "Take a photo", "相册": "Album", "遮挡": "Cover", "删除": "Delete", "照片 {n}": "Photo {n}", "{n} 张照片": "{n} photos", "不到 1 分钟": "under 1 min", "遮住人脸、车牌：用手指拖出黑块": "Cover faces and plates: drag black boxes with a finger", "撤销": "Undo", "完成": "Done",
  "这张照片打不开（可能是 HEIC）。请在相机设置里选“兼容性最佳/JPEG”，或截图后再选。": "This photo cannot be opened (HEIC, perhaps). Choose “most compatible / JPEG” in the camera's settings, or take a screenshot of it.",
  "发生了什么": "What happened", "写一句话，或只选类别": "A sentence, or just choose a kind", "说话输入": "Speak", "停止": "Stop", "语音由手机厂商识别，声音可能传到外部服务器。同意后才使用。": "Speech is recognised by the maker of the phone; the sound may be sent to their servers. It is used only if you agree.", "同意": "Agree", "不用": "No",
  "类别": "Kind", "其他类别": "Other kinds", "由系统识别": "Read by the system", "地点": "Place", "用当前位置": "Use my position", "没有定位，按所在区域上报": "No position: reported for the area", "误差 {n} 米": "± {n} m", "不在本区域": "outside the own area", "选区域": "Choose the area", "门牌、楼栋、位置说明（可留空）": "Door, building, where exactly (may be empty)",
  "紧急，请马上处理": "Urgent, deal with it at once", "附近已有": "Known nearby", "{n} 米": "{n} m", "就是这件：记一笔": "It is this one: add a note", "先拍照、写一句话或选类别": "Take a photo, write a sentence or choose a kind first", "草稿已保存": "Draft saved",
  "现在发送": "Send now", "没有待发内容": "Nothing to send", "已发 {a} / {b}": "{a} of {b} sent", "还有 {n} 张照片，{m} MB": "{n} photos waiting, {m} MB", "需要您决定": "Needs you", "草稿": "Drafts", "放在一边": "Put aside", "今天已发送": "Sent", "继续写": "Go on", "修改": "Change", "丢弃": "Drop", "确定丢弃？文字和照片都会删除，不能恢复。": "Drop it? Words and photos are deleted for good.", "改为记录发送": "Send as a note", "作为新事项上报": "Report as a new matter", "先留着": "Keep", "别人先办了这一步": "Somebody was quicker", "没能办成": "It could not be done", "这期间：": "Meanwhile:", "您自己（另一台设备）": "yourself (another device)", "当前状态：{s}": "State now: {s}", "后面还有 {n} 步在等": "{n} later steps wait behind it", "已由同单位签收": "Signed by a colleague already", "已入库，编号 {n}": "In the book as {n}", "等前一步": "waits for the step before", "正在发送，请稍候再改": "Being sent; try again in a moment", "可能已送达，不能再改": "May have arrived already; it cannot be changed", "重试": "Try again",
  "“{verb}”未能办成（{why}），现场情况如下：": "“{verb}” could not be done ({why}). On the spot:",
  "另一账号有 {n} 项未发内容，已封存，只有该账号登录后才能打开": "{n} unsent things of another account are sealed; only that account opens them by signing in", "已打开您先前封存的 {n} 项": "{n} things sealed earlier for you are open again",
  "本区域地图": "Map of the area", "放大": "Zoom in", "缩小": "Zoom out", "我的位置": "My position", "工单和已知事项": "Orders and known matters", "地图上没有点": "No points on the map", "边界为示意，不作测绘依据": "Borders are a sketch, not a survey",
  "岗位": "Post", "切换岗位需要网络": "Changing the post needs the network", "显示": "Display", "语言": "Language", "大字": "Large type", "强光模式（高对比）": "Sunlight (high contrast)", "白天": "Day", "夜间": "Night", "跟随手机": "As the phone", "语音": "Voice", "允许语音输入": "Allow voice input", "存储": "Storage", "已用 {a} MB，可用 {b} MB": "{a} MB used, {b} MB free", "已请手机长期保留": "The phone has been asked to keep it", "请手机长期保留": "Ask the phone to keep it", "手机未同意长期保留，空间不足时可能被清理": "The phone did not agree; it may clear it when space is short", "退出登录": "Sign out", "退出后手机上的数据会删除；{n} 项未发送的会封存，您再次登录后打开。": "Signing out erases the data on the phone; {n} unsent things are sealed and open when you sign in again.", "退出后手机上的数据会删除。": "Signing out erases the data on the phone.", "打开桌面版": "Open the desk", "装到主屏幕": "Put on the home screen",
  "手机存储已满：文字已保留，这张照片没有保存。请先联网发送，或清理手机空间。": "Storage is full: the words are kept, this photo is not. Send what waits, or make room on the phone.", "手机存储已满，文字也没能保存。请不要离开本页：先联网发送，或清理手机空间后再点保存。": "Storage is full, the words could not be saved either. Stay on this page: send what waits, or make room, then save again.", "复制文字": "Copy the words", "已复制": "Copied",
  "手机时间偏差 {n} 分钟，已按服务器时间校正": "The phone's clock is {n} min off; times are set right by the server", "未能完成，请重试": "It did not work; please try again", "开": "on", "关": "off", "取消": "Cancel", "打电话": "Call",
};

export type Language = "zh" | "en";
export let language: Language = (localStorage.getItem("language") as Language | null) ?? (/^zh/i.test(navigator.language) || !navigator.language ? "zh" : "en");

export function speak(chosen: Language): void {
  language = chosen;
  localStorage.setItem("language", chosen);
  document.documentElement.lang = chosen === "en" ? "en" : "zh-Hans";
  document.cookie = `django_language=${chosen === "en" ? "en" : "zh-hans"}; path=/; max-age=31536000; samesite=lax`;
}

/** A sentence in the language chosen, with {names} filled in. */
export function say(text: string, values: Record<string, string | number> = {}): string {
  const found = language === "en" ? (EN[text] ?? text) : text;
  return found.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ""));
}

/** Hours and minutes of a moment. */
export const hour = (at: number | string) => new Date(at).toLocaleTimeString(language === "en" ? "en-GB" : "zh-CN", { hour: "2-digit", minute: "2-digit", hour12: false });

/** A length of time in its largest unit. */
export function span(milliseconds: number): string {
  const minutes = Math.floor(Math.abs(milliseconds) / 60_000);
  if (minutes >= 2880) return say("{n} 天", { n: Math.floor(minutes / 1440) });
  if (minutes >= 120) return say("{n} 小时", { n: Math.floor(minutes / 60) });
  return minutes ? say("{n} 分钟", { n: minutes }) : say("不到 1 分钟");
}

export const megabytes = (bytes: number) => (bytes / 1_048_576).toFixed(bytes > 10_485_760 ? 0 : 1);

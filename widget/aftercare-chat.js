/* Aftercare chat: one custom element for a clinic's page. No build step, no outside request.
 *   <script src="https://chat.clinic.example/widget/aftercare-chat.js" defer></script>
 * Its attributes are explained in README.md beside this file. Everything is made with createElement, so that nothing a
 * patient or a server says becomes markup.
 */
(() => {
	const SCRIPT = document.currentScript;
	const SLOW_MS = 8000,
		GIVE_UP_MS = 30000,
		MOST_CHARACTERS = 2000,
		MOST_KEPT = 200;
	// 112 works on mobile telephones nearly everywhere.
	const DEFAULTS = {
		emergencyNumber: "112",
		title: "Aftercare assistant",
		label: "Ask about aftercare",
		name: "",
		phone: "",
		privacyNote: "Your messages are stored by the clinic.",
	};

	const DARK = `--accent:var(--aftercare-color,#6fd6cc);--on-accent:var(--aftercare-on-color,#04211f);--bg:#16211f;
 --ground:#0f1817;
 --ink:#e7f1ef;--soft:#a8bdba;--line:#33474a;--warn:#33270f;--warn-line:#f0a63a;--focus:#9cc3ff;
 --area:#24524e;--head:var(--aftercare-color,#123b38);--on-head:var(--aftercare-on-color,#e7f1ef);--alarm:#ff7478;
 --shadow:0 12px 40px #000a;color-scheme:dark`;
	const CSS = `
:host{--accent:var(--aftercare-color,#0b6b66);--on-accent:var(--aftercare-on-color,#fff);--bg:#fff;--ground:#f3f7f6;
 --ink:#132a29;
 --soft:#4b6260;--line:#cfdcda;--warn:#fff4de;--warn-line:#a85507;--focus:#0a4fd0;--red:#b00d1e;
 --area:#bfe0dc;--head:var(--accent);--on-head:var(--on-accent);--alarm:#b00d1e;
 --shadow:0 1px 2px #0b2b291a,0 12px 40px #0b2b2933;
 all:initial;color-scheme:light}
/* Not on :host, which the page's own rules reach. */
.launcher,dialog{font:400 max(1rem,16px)/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;letter-spacing:normal;text-align:left}
@media (prefers-color-scheme:dark){:host(:not([theme=light])){${DARK}}}
:host([theme=dark]){${DARK}}
*{box-sizing:border-box}
[hidden]{display:none!important}
button,textarea{font:inherit;color:inherit;margin:0}
button,.call{cursor:pointer;min-height:44px;min-width:44px;border:1px solid transparent;border-radius:14px}
:focus-visible{outline:3px solid var(--focus);outline-offset:2px}
svg{display:block;fill:none;stroke:currentColor;stroke-width:2;stroke-linecap:round;stroke-linejoin:round}
.sr{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.launcher{position:fixed;z-index:2147483000;right:20px;bottom:20px;display:flex;gap:10px;align-items:center;min-height:56px;
 max-width:calc(100vw - 40px);
 padding:8px 22px 8px 18px;border-radius:28px;background:var(--accent);color:var(--on-accent);font-weight:600;
 box-shadow:var(--shadow);text-align:left}
.launcher.alarm{background:var(--red);color:#fff}
:host([side=left]) .launcher,:host([side=left]) dialog{right:auto;left:20px}
dialog{position:fixed;z-index:2147483001;inset:auto 20px 20px auto;margin:0;padding:0;border:1px solid var(--line);
 border-radius:22px;width:410px;
 height:min(720px,calc(100vh - 40px));max-width:none;max-height:none;overflow:hidden auto;background:var(--bg);
 color:var(--ink);box-shadow:var(--shadow)}
dialog[open]{display:flex;flex-direction:column;animation:rise .18s ease-out}
dialog::backdrop{background:transparent}
@keyframes rise{from{opacity:0;transform:translateY(12px)}}
.head{flex:none;display:flex;align-items:center;gap:12px;padding:12px 8px 12px 16px;background:var(--head);
 color:var(--on-head)}
.head :focus-visible{outline-color:currentColor;outline-offset:-3px}
.face{flex:none;width:40px;height:40px;border-radius:50%;display:grid;place-items:center;border:2px solid}
.who{flex:1;min-width:0}
h2,h3{margin:0;font-size:1.06em;line-height:1.3;font-weight:650}
.who p{margin:0;font-size:.86em;line-height:1.35;overflow-wrap:anywhere}
.head button{background:none;color:inherit;display:grid;place-items:center}
.head button:hover{background:#ffffff26}
.notice{flex:none;display:flex;gap:12px;align-items:center;padding:8px 12px 8px 16px;font-size:.86em;line-height:1.4;
 border-bottom:1px solid var(--line)}
.notice>div{flex:1}
.call{display:inline-flex;gap:8px;align-items:center;justify-content:center;padding:6px 14px;font-weight:650;line-height:1.25;
 text-decoration:none;
 color:var(--ink);background:var(--bg);border-color:var(--soft)}
.call svg{flex:none;width:18px;height:18px}
.call.sos{color:#fff;background:var(--red);border-color:var(--red)}
.calls{display:flex;flex-wrap:wrap;gap:8px;margin-top:10px}
.alarm-card{flex:none}
.alarm-card section{padding:14px 16px;background:var(--red);color:#fff;border-bottom:1px solid #fff}
.alarm-card h3{font-size:1.2em;display:flex;gap:10px;align-items:center}
.alarm-card p{margin:4px 0 0}
.alarm-card .call{flex:1;padding:6px;background:#fff;color:#8c0816;border-color:#fff;min-height:48px}
.alarm-card :focus-visible{outline-color:#fff}
.alarm-card .later{padding-block:8px}.alarm-card .later p{display:none}.alarm-card .later h3{font-size:1em}
 .alarm-card .later .calls{margin-top:6px}
.log{flex:1 1 0;min-height:9em;overflow:hidden auto;overscroll-behavior:contain;position:relative;
 padding:16px;background:var(--ground);
 display:flex;flex-direction:column;gap:4px}
.log:focus-visible{outline-offset:-3px}
.note{margin:0 0 10px;font-size:.86em;line-height:1.45;color:var(--soft);text-align:center}
.item{max-width:88%;display:flex;flex-direction:column;align-items:flex-start;margin-bottom:8px}
.mine{align-self:flex-end;align-items:flex-end}
.bubble{padding:10px 14px;border-radius:18px 18px 18px 5px;background:var(--bg);border:1px solid var(--line);
 overflow-wrap:anywhere;white-space:pre-line}
.mine .bubble{border-radius:18px 18px 5px;background:var(--accent);color:var(--on-accent);border-color:transparent}
.urgent .bubble,.contact_clinic .bubble{background:var(--warn);border-left:5px solid var(--warn-line)}
.emergency .bubble{border:2px solid var(--alarm);font-weight:600}
.bubble a[href^=tel]{white-space:nowrap}
.bubble a{color:inherit;font-weight:600;text-underline-offset:3px}
.bubble img{display:block;max-width:100%;border-radius:10px;margin-top:8px}
time,.state{font-size:.78em;color:var(--soft);padding:3px 6px 0}
.failed .bubble{background:var(--bg);color:var(--ink);border:2px dashed var(--alarm)}
.again,.quick button,.plain{padding:6px 16px;background:var(--bg);color:var(--ink);border-color:var(--soft);font-weight:600}
.again{margin-top:6px}
.again:hover,.quick button:hover,.plain:hover{background:var(--area)}
.quick{display:flex;flex-wrap:wrap;gap:8px;padding:2px 0 6px}
.quick button{border:1.5px solid var(--accent);border-radius:22px;text-align:left;line-height:1.3}
.dots .bubble{display:flex;gap:5px;padding:15px 16px}
.dots i{width:8px;height:8px;border-radius:50%;background:var(--soft);animation:blink 1.2s infinite}
.dots i+i{animation-delay:.2s}.dots i+i+i{animation-delay:.4s}
@keyframes blink{0%,60%,100%{opacity:.3}30%{opacity:1}}
figure{margin:4px 0 10px;padding:12px 14px;border:1px solid var(--line);border-radius:18px;background:var(--bg)}
figure svg{width:100%;height:auto;overflow:visible}
figure text{fill:var(--ink);stroke:none;font-size:14px}
figcaption{font-size:.86em;line-height:1.45;color:var(--soft);margin-top:6px}
form{flex:none;display:flex;gap:8px;align-items:flex-end;padding:10px 12px;border-top:1px solid var(--line)}
textarea{flex:1;min-width:0;min-height:46px;max-height:7.5em;resize:none;padding:10px 14px;border:1px solid var(--soft);
 border-radius:23px;background:var(--bg);line-height:1.5}
textarea:focus-visible{outline:2px solid var(--ink);outline-offset:0}
textarea::placeholder{color:var(--soft);opacity:1}
.send{flex:none;width:46px;height:46px;border-radius:50%;display:grid;place-items:center;background:var(--accent);
 color:var(--on-accent)}
.left{flex:none;margin:0;padding:0 16px 8px;font-size:.78em;color:var(--soft)}
.about{flex:1 1 0;min-height:9em;overflow:auto;padding:18px 16px;background:var(--ground)}
.about p{margin:8px 0 16px}
.danger{padding:6px 16px;background:var(--red);color:#fff;font-weight:650}
@media (max-width:560px),(max-height:520px){dialog,:host([side=left]) dialog{inset:0;width:100%;height:100%;height:100dvh;
 border:0;border-radius:0}}
@media (max-height:760px),(max-width:560px){.notice.covered{display:none}}
@media (max-width:360px){.face{display:none}}
@media (max-height:520px){.log,.about{min-height:4em}.alarm-card section{padding-block:8px}.alarm-card .calls{margin-top:4px}
 .face{display:none}.head{padding-block:2px}.notice{padding-block:4px}.alarm-card p{display:none}}
@media (prefers-reduced-motion:reduce){*{animation:none!important;}}
@media (forced-colors:active){.bubble,.send,.launcher,.call{border:2px solid}}
`;

	const ICONS = {
		chat: "M21 12a8 8 0 0 1-8 8H4l1.8-3A8 8 0 1 1 21 12ZM9 12h.01M13 12h.01M17 12h.01",
		close: "M6 6l12 12M18 6 6 18",
		info: "M12 11v5M12 8h.01M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0Z",
		send: "M5 12h14M13 6l6 6-6 6",
		phone: "M5 4h4l2 5-2.5 1.5a11 11 0 0 0 5 5L15 13l5 2v4a2 2 0 0 1-2 2A16 16 0 0 1 3 6a2 2 0 0 1 2-2",
		alarm: "M12 3 2 20h20ZM12 10v4M12 17h.01",
		heart: "M12 20s-7-4.6-9-9a5 5 0 0 1 9-4 5 5 0 0 1 9 4c-2 4.4-9 9-9 9ZM7 12h3l1.5-3 2 5 1-2H17",
	};

	/** An element: functions become listeners, false is left out, text stays text. */
	const make = (tag, attributes = {}, ...children) => {
		const svg = /^(svg|path|rect|circle|line|text)$/.test(tag);
		const node = svg ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
		for (const [name, value] of Object.entries(attributes)) {
			if (typeof value === "function") node.addEventListener(name, value);
			else if (value !== false && value != null) node.setAttribute(name, value === true ? "" : value);
		}
		node.append(...children.filter(child => child != null));
		return node;
	};
	const icon = (name, size = 24) =>
		make("svg", { viewBox: "0 0 24 24", width: size, height: size, "aria-hidden": "true" }, make("path", { d: ICONS[name] }));
	const dialled = number => "tel:" + number.replace(/[^\d+]/g, "");
	const newId = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), byte => byte.toString(16).padStart(2, "0")).join("");
	const clock = at => new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
	const escaped = text => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
	const fresh = () => ({
		id: newId(),
		token: null,
		items: [],
		open: false,
		urgency: null,
		highest: null,
		treated: null, // milliseconds since 1970
		drawn: null,
	});

	class AftercareChat extends HTMLElement {
		#clinic = {};
		#state = fresh();
		#busy = false;
		#ready;
		#starting = null;
		#part = {};
		#slow = null;
		#settled = false;
		#tabs = new BroadcastChannel("aftercare-chat");
		#held;

		connectedCallback() {
			if (this.#ready) return;
			for (const { name, value } of SCRIPT?.attributes ?? []) {
				if (name.startsWith("data-") && !this.hasAttribute(name.slice(5))) this.setAttribute(name.slice(5), value);
			}
			this.base = new URL(
				this.getAttribute("server") ? this.getAttribute("server").replace(/\/*$/, "/") : "..",
				SCRIPT?.src || location.href,
			);
			this.#configure(globalThis.aftercareClinic);
			this.#build();
			this.#answerTabs();
			this.#ready = Promise.resolve().then(() => this.#restore());
		}

		/** `quiet` is for a page that is loaded again: it must not pull the focus into the chat. */
		open(quiet) {
			const { dialog, input, launcher } = this.#part;
			if (dialog.open) return;
			// Full screen hides the page, so the page must then be out of reach as well.
			if (matchMedia("(max-width:560px),(max-height:520px)").matches) dialog.showModal();
			else dialog.show();
			launcher.hidden = true;
			this.#save({ open: true });
			if (quiet !== true) (matchMedia("(pointer:coarse)").matches ? dialog : input).focus();
			else this.shadowRoot.activeElement?.blur();
			this.#toEnd();
			this.#ready.then(() => this.#begin());
		}

		close() {
			this.#part.launcher.hidden = false;
			this.#part.dialog.close();
			this.#part.launcher.focus();
			this.#save({ open: false });
		}

		// --- settings and storage -----------------------------------------------------------------------------------------

		#configure(given = {}) {
			const own = {
				name: "clinic-name",
				phone: "clinic-phone",
				emergencyNumber: "emergency-number",
				privacyNote: "privacy-note",
				title: "title",
				label: "label",
			};
			for (const key of Object.keys(own))
				this.#clinic[key] = this.getAttribute(own[key]) || given[key] || this.#clinic[key] || DEFAULTS[key];
			this.removeAttribute("title"); // it would be a tooltip over the whole chat
			const numbers = [this.#clinic.phone, given.crisisLine].filter(Boolean).map(escaped);
			this.linked = new RegExp(
				`(https?://[^\\s<>"]*[^\\s<>".,;:!?)])|(${[...numbers, `\\b${escaped(this.#clinic.emergencyNumber)}\\b`].join("|")})`,
				"g",
			);
		}

		get #key() {
			return "aftercare-chat " + this.base.href;
		}

		#save(changes) {
			Object.assign(this.#state, changes);
			this.#state.items = this.#state.items.slice(-MOST_KEPT);
			try {
				sessionStorage.setItem(this.#key, JSON.stringify(this.#state));
			} catch {} // full or forbidden: this page still has it
		}

		async #restore() {
			let kept = null;
			try {
				kept = JSON.parse(sessionStorage.getItem(this.#key));
			} catch {}
			if (!kept?.id) return void (this.#settled = true);
			this.#state = { ...fresh(), ...kept };
			// What was on its way is sent again: the server knows its id and does not count it twice.
			for (const item of this.#state.items) if (item.state === "sending") item.state = "waiting";
			const { length } = kept.items;
			this.#redraw();
			if (kept.open) this.open(true);
			const taken = await this.#taken();
			this.#settled = true;
			if (!taken) return this.#catchUp();
			this.#state = { ...fresh(), open: this.#part.dialog.open, items: this.#state.items.slice(length) };
			this.#redraw();
			this.#save();
		}

		/** A duplicated tab copies the other's storage: it asks whether another has the conversation, and then starts anew. */
		#taken() {
			return new Promise(done => {
				this.#held = done;
				this.#tabs.postMessage({ ask: this.#state.id });
				setTimeout(done, 500);
			});
		}

		#answerTabs() {
			let gone = false;
			this.#tabs.onmessage = ({ data: { ask, held } }) => {
				if (held === this.#state.id) this.#held?.(true);
				if (ask === this.#state.id && this.#settled && !gone) this.#tabs.postMessage({ held: ask });
			};
			addEventListener("pagehide", () => (gone = true));
			addEventListener("pageshow", () => (gone = false));
		}

		// --- the server ---------------------------------------------------------------------------------------------------

		async #ask(name, body) {
			const response = await fetch(new URL("webhooks/aftercare/" + name, this.base), {
				method: body ? "POST" : "GET",
				body: body && JSON.stringify(body),
				credentials: "omit",
				cache: "no-store",
				headers: {
					"Content-Type": "application/json",
					...(this.#state.token && { Authorization: "Bearer " + this.#state.token }),
				},
				signal: AbortSignal.timeout(GIVE_UP_MS),
			});
			return { ...(await response.json()), status: response.status };
		}

		#start() {
			if (this.#state.token) return Promise.resolve();
			return (this.#starting ??= (async () => {
				const got = await this.#ask("start", {});
				if (!got.token) throw new Error(got.error || "no token");
				this.#configure(got.clinic);
				this.#save({ token: got.token });
				this.#words();
				if (!this.#state.items.length) this.#hear(got.messages, { local: true });
			})().finally(() => {
				this.#starting = null;
			}));
		}

		async #begin() {
			try {
				if (!this.#state.token) await this.#start().then(() => this.#offline(false));
				this.#pump();
			} catch {
				this.#offline(true);
			}
		}

		/** After a reload: what the server knows, then what it has not seen. */
		async #catchUp() {
			if (!this.#state.token) return;
			const { items } = this.#state;
			let down = true;
			try {
				const got = await this.#ask("history");
				if (got.status === 401) return this.#lost();
				if (got.status !== 200) throw new Error(got.status);
				const levels = new Map(items.map(item => [item.text, item.level]));
				const titles = new Map(items.map(item => [item.id, item.text])); // a pressed button is shown by its title
				const seen = new Set(got.messages.map(message => message.id));
				this.#state.items = [
					...items.filter(item => item.local),
					...got.messages.map((m, i, all) => ({
						...m,
						text: (m.id && titles.get(m.id)) || m.text,
						at: m.at * 1000,
						mine: m.from === "user",
						tried: true,
						state: m.from === "bot" || all[i + 1]?.from === "bot" ? "sent" : "failed",
						level: m.from === "bot" && levels.get(m.text),
					})),
					...items.filter(item => item.mine && item.state !== "sent" && !seen.has(item.id)),
				];
				this.#decide(got);
				down = false;
			} catch {}
			this.#redraw();
			this.#offline(down);
			this.#pump();
		}

		/** The conversation has ended: what was not sent goes into a new one. */
		#lost() {
			const unsent = this.#state.items.filter(item => item.mine && item.state !== "sent");
			const { open } = this.#state;
			this.#state = { ...fresh(), open, items: unsent };
			this.#redraw();
			this.#say("Your last conversation has ended, so this is a new one.");
			this.#save();
		}

		#write(text, button) {
			const item = { mine: true, id: newId(), text, button, at: Date.now(), state: "waiting" };
			this.#state.items.push(item);
			this.#later();
			this.#draw(item);
			this.#save();
			this.#ready.then(() => this.#pump());
		}

		/** Sends what waits, one after the other, so that nothing overtakes. */
		async #pump() {
			const item = this.#state.items.find(one => one.state === "waiting");
			if (this.#busy || !item) return;
			this.#busy = true;
			const retry = Boolean(item.tried);
			Object.assign(item, { state: "sending", tried: true });
			this.#save();
			this.#typing(true);
			const slow = setTimeout(() => this.#late(true), SLOW_MS);
			try {
				await this.#start();
				const got = await this.#ask("message", {
					id: item.id,
					retry,
					...(item.button ? { button: item.button } : { text: item.text }),
				});
				if (got.status === 401 && !item.moved) {
					Object.assign(item, { state: "waiting", moved: true });
					this.#lost();
				} else {
					item.state = got.failed || ![200, 413].includes(got.status) ? "failed" : "sent";
					if (got.status === 400 || (got.status >= 500 && !got.messages)) throw new Error(got.status);
					if (got.token) this.#state.token = got.token;
					this.#decide(got);
					this.#hear(got.messages, { level: got.urgency });
					this.#offline(false);
				}
			} catch {
				item.state = "failed";
				this.#offline(true);
			}
			clearTimeout(slow);
			this.#late(false);
			this.#typing(false);
			this.#busy = false;
			// What was written after it must not arrive before it.
			if (item.state === "failed") for (const one of this.#state.items) if (one.state === "waiting") one.state = "failed";
			for (const one of this.#state.items) if (one.mine) this.#mark(one);
			this.#save();
			this.#pump();
		}

		async #forget() {
			let words = "The conversation could not be deleted, because the assistant does not answer. Please try again later.";
			try {
				const got = this.#state.token ? await this.#ask("delete", {}) : { deleted: true };
				if (got.deleted || got.status === 401) {
					this.#state = { ...fresh(), open: true };
					this.#save();
					words = "Your conversation has been deleted.";
				} else words = got.messages?.[0]?.text ?? words;
			} catch {}
			this.#about(false);
			this.#redraw();
			this.#say(words);
			this.#part.input.focus();
		}

		// --- what came back -----------------------------------------------------------------------------------------------

		#decide(got) {
			const state = this.#state;
			if (got.urgency) state.urgency = got.urgency;
			if (got.highest_urgency) state.highest = got.highest_urgency;
			if (got.hours_since_treatment != null) state.treated = Date.now() - got.hours_since_treatment * 36e5;
			this.#alarm(got.urgency !== "emergency");
		}

		#hear(messages = [], more = {}) {
			for (const message of messages) {
				const item = { ...message, at: Date.now(), ...more };
				this.#state.items.push(item);
				this.#draw(item);
			}
			this.#picture();
			this.#offer();
			// A long answer is read from its beginning.
			const first = this.#state.items.at(-messages.length)?.node;
			if (messages.length) this.#part.log.scrollTop = first.offsetTop - 60;
			this.#save();
		}

		// --- drawing ------------------------------------------------------------------------------------------------------

		#build() {
			const part = this.#part,
				on = (name, act) => ({ [name]: act });
			const root = this.attachShadow({ mode: "open" });
			const sheet = new CSSStyleSheet();
			sheet.replaceSync(CSS);
			root.adoptedStyleSheets = [sheet];
			this.#paint();
			part.launcher = make(
				"button",
				{ class: "launcher", type: "button", "aria-haspopup": "dialog", click: () => this.open() },
				icon("chat"),
				make("span"),
			);
			part.notice = make("div", { class: "notice" });
			part.card = make("div", { class: "alarm-card", role: "alert" });
			part.log = make("div", { class: "log", role: "log", "aria-label": "Conversation", tabindex: "0" });
			part.status = make("p", { class: "sr", role: "status" });
			part.about = make("section", { class: "about", "aria-labelledby": "about", hidden: true });
			part.input = make("textarea", {
				id: "input",
				rows: "1",
				maxlength: MOST_CHARACTERS,
				placeholder: "Write a message",
				enterkeyhint: "send",
				autocomplete: "off",
				"aria-describedby": "left",
				input: () => this.#grow(),
				keydown: event => {
					if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
						event.preventDefault();
						this.#submit();
					}
				},
			});
			part.left = make("p", { class: "left", id: "left", hidden: true });
			part.form = make(
				"form",
				{
					...on("submit", event => {
						event.preventDefault();
						this.#submit();
					}),
				},
				make("label", { class: "sr", for: "input" }, "Your message"),
				part.input,
				make("button", { class: "send", type: "submit", "aria-label": "Send" }, icon("send")),
			);
			part.info = make(
				"button",
				{
					type: "button",
					"aria-label": "What is stored, and delete",
					"aria-expanded": "false",
					click: () => this.#about(part.about.hidden),
				},
				icon("info"),
			);
			part.dialog = make(
				"dialog",
				{
					"aria-labelledby": "name",
					tabindex: "-1",
					cancel: event => {
						event.preventDefault();
						this.close();
					},
					keydown: event => {
						if (event.key === "Escape") {
							event.preventDefault();
							if (part.about.hidden) this.close();
							else this.#about(false);
						}
					},
				},
				make(
					"div",
					{ class: "head" },
					make("div", { class: "face", "aria-hidden": "true" }, icon("heart")),
					make("div", { class: "who" }, make("h2", { id: "name" }), make("p")),
					part.info,
					make("button", { type: "button", "aria-label": "Close the chat", click: () => this.close() }, icon("close")),
				),
				part.notice,
				part.card,
				part.log,
				part.about,
				part.status,
				part.form,
				part.left,
			);
			root.append(part.launcher, part.dialog);
			document.addEventListener("click", event => {
				if (event.target.closest?.("[data-aftercare-open]")) {
					event.preventDefault();
					this.open();
				}
			});
			globalThis.visualViewport?.addEventListener("resize", () => {
				// an on-screen keyboard must not cover what is written
				const whole = part.dialog.matches(":modal") && visualViewport.scale < 1.01;
				part.dialog.style.height = whole ? `${visualViewport.height}px` : "";
			});
			this.#redraw();
		}

		/** A colour of the clinic's own, with black or white on it, whichever can be read. */
		#paint() {
			const color = this.getAttribute("color");
			if (!/^#[0-9a-f]{6}$/i.test(color ?? "")) return;
			const [r, g, b] = [1, 3, 5].map(i => (parseInt(color.slice(i, i + 2), 16) / 255) ** 2.2);
			this.style.setProperty("--aftercare-color", color);
			this.style.setProperty("--aftercare-on-color", 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.18 ? "#000" : "#fff");
		}

		#call(number, words, sos) {
			return number && make("a", { class: sos ? "call sos" : "call", href: dialled(number) }, icon("phone"), words);
		}

		#calls() {
			const { emergencyNumber, phone } = this.#clinic;
			return make(
				"div",
				{ class: "calls" },
				this.#call(emergencyNumber, `Call ${emergencyNumber}`, true),
				this.#call(phone, "Call clinic") || null,
			);
		}

		/** The words around the conversation. */
		#words() {
			const { launcher, notice, dialog, about } = this.#part,
				clinic = this.#clinic;
			launcher.lastChild.textContent = clinic.label;
			dialog.querySelector("h2").textContent = clinic.title;
			dialog.querySelector(".who p").textContent = clinic.name;
			// Children that the page wrote stand in place of this line.
			notice.replaceChildren(
				make(
					"div",
					{},
					make("slot", {}, "Automated answers to questions after dry needling. ", make("b", {}, "Not for emergencies.")),
				),
				this.#call(
					clinic.emergencyNumber,
					make("span", {}, make("span", { class: "sr" }, "Emergency: call "), clinic.emergencyNumber),
					true,
				),
			);
			about.replaceChildren(
				make("h3", { id: "about", tabindex: "-1" }, "What is stored"),
				make("p", {}, clinic.privacyNote),
				make("p", {}, "On this device the conversation is kept until you close this tab."),
				make(
					"div",
					{ class: "calls" },
					make("button", { class: "danger", type: "button", click: () => this.#sure() }, "Delete my conversation"),
					make("button", { class: "plain", type: "button", click: () => this.#about(false) }, "Back to the chat"),
				),
			);
		}

		#redraw() {
			this.#words();
			this.#part.log.replaceChildren(make("p", { class: "note" }, this.#clinic.privacyNote));
			this.#slow = this.off = null;
			this.#state.drawn = null;
			for (const item of this.#state.items) this.#draw(item);
			this.#alarm(true);
			this.#picture();
			this.#offer();
			if (this.#busy) this.#typing(true);
		}

		#draw(item) {
			const bubble = make(
				"div",
				{ class: "bubble" },
				make("span", { class: "sr" }, item.mine ? "You: " : "Assistant: "),
				...this.#links(item.text ?? ""),
			);
			const image = item.image && new URL(item.image, this.base);
			// A picture from another place would tell that place who reads it.
			if (image?.origin === this.base.origin)
				bubble.append(make("img", { src: image.href, alt: "A picture that goes with this message" }));
			else if (/^https?:$/.test(image?.protocol)) bubble.append("\n", this.#link(image.href, "Open the picture"));
			const node = make("div", { class: `item ${item.mine ? "mine" : "bot"} ${item.level || ""}` }, bubble);
			if (/urgent|contact_clinic/.test(item.level) && this.#clinic.phone)
				node.append(make("div", { class: "calls" }, this.#call(this.#clinic.phone, "Call clinic")));
			node.append(make("time", { datetime: new Date(item.at).toISOString() }, clock(item.at)));
			Object.defineProperty(item, "node", { value: node, configurable: true, writable: true });
			this.#append(node);
			if (item.mine) this.#mark(item);
		}

		#append(node) {
			const { log } = this.#part;
			log.insertBefore(node, log.querySelector(".dots"));
			this.#toEnd();
		}

		#toEnd() {
			const { log } = this.#part;
			log.scrollTop = log.scrollHeight;
		}

		/** Shows whether a message of the patient's has arrived. */
		#mark(item) {
			const { node } = item,
				failed = item.state === "failed";
			if (!node || node.dataset.state === item.state) return;
			node.dataset.state = item.state;
			node.classList.toggle("failed", failed);
			node.querySelectorAll(".state,.again").forEach(old => old.remove());
			if (!failed) return;
			node.append(
				make("span", { class: "state" }, "Not answered"),
				make(
					"button",
					{
						class: "again",
						type: "button",
						click: () => {
							item.state = "waiting";
							this.#mark(item);
							this.#part.input.focus();
							this.#pump();
						},
					},
					"Send again",
				),
			);
			this.#toEnd();
		}

		#links(text) {
			return text
				.split(this.linked)
				.filter(Boolean)
				.reduce((parts, piece) => {
					if (parts.at(-1) === piece) return parts; // split() gives a match once for each group
					const url = /^https?:/.test(piece) && piece.match(this.linked);
					return [
						...parts,
						url
							? this.#link(piece, piece)
							: piece.match(this.linked)?.[0] === piece
								? make("a", { href: dialled(piece) }, piece)
								: piece,
					];
				}, []);
		}

		#link(href, words) {
			return make("a", { href, target: "_blank", rel: "noopener noreferrer" }, words);
		}

		/** The answers that the last message offers. */
		#offer() {
			this.#part.log.querySelector(".quick")?.remove();
			const last = this.#state.items.at(-1);
			if (!last?.buttons?.length || last.mine) return;
			this.#append(
				make(
					"div",
					{ class: "quick", role: "group", "aria-label": "Suggested answers" },
					...last.buttons.map(({ title, payload }) =>
						make(
							"button",
							{
								type: "button",
								click: () => {
									this.#write(title, payload);
									this.#part.input.focus();
								},
							},
							title,
						),
					),
				),
			);
		}

		/** The emergency card stays for the whole conversation, in a small form once the patient writes on. */
		#alarm(later) {
			const { card, launcher } = this.#part,
				{ emergencyNumber } = this.#clinic;
			const on = this.#state.highest === "emergency" || this.#state.urgency === "emergency";
			launcher.classList.toggle("alarm", on);
			// On a small screen the card, which has the number as well, takes its place.
			this.#part.notice.classList.toggle("covered", on);
			if (!on) return card.replaceChildren();
			if (card.firstChild && later) return;
			card.replaceChildren(
				make(
					"section",
					{ class: later && "later" },
					make("h3", {}, icon("alarm"), `Emergency: call ${emergencyNumber} now`),
					make("p", {}, "Do not wait for an answer here."),
					this.#calls(),
				),
			);
		}

		#later() {
			this.#part.card.firstChild?.classList.add("later");
			this.#part.log.querySelector(".quick")?.remove();
		}

		#typing(on) {
			const { log, status } = this.#part;
			log.querySelector(".dots")?.remove();
			status.textContent = on ? "The assistant is writing." : "";
			if (!on) return;
			log.append(
				make(
					"div",
					{ class: "item dots", "aria-hidden": "true" },
					make("div", { class: "bubble" }, make("i"), make("i"), make("i")),
				),
			);
			this.#toEnd();
		}

		#say(words, ...more) {
			const note = make("div", { class: "note" }, words, ...more);
			this.#append(note);
			return note;
		}

		#late(on) {
			this.#slow?.remove();
			this.#slow = on
				? this.#say("No answer yet. I am still waiting for it. If you are worried, do not wait with me:", this.#calls())
				: null;
		}

		#offline(on) {
			if (!on === !this.off) return;
			this.off?.remove();
			this.off =
				on &&
				this.#say(
					"I cannot reach the assistant at the moment. What you write is kept here and can be sent again. If you are worried:",
					this.#calls(),
				);
		}

		/** The 72 hours after treatment, once for each time of treatment that is learnt. */
		#picture() {
			const { treated, urgency, drawn } = this.#state,
				hours = (Date.now() - treated) / 36e5;
			if (treated == null || urgency === "emergency" || (drawn != null && Math.abs(drawn - treated) < 18e5)) return;
			this.#state.drawn = treated;
			this.#part.log.querySelector("figure")?.remove();
			const x = h => 10 + h * 3.5,
				at = Math.min(hours, 82),
				whole = Math.round(hours);
			const y = h => 98 - 54 * (h < 24 ? Math.sin((h / 48) * Math.PI) : h < 72 ? Math.cos(((h - 24) / 96) * Math.PI) ** 1.4 : 0);
			const label = (h, top, words, more) => make("text", { x: h, y: top, "text-anchor": "middle", ...more }, words);
			const curve = Array.from({ length: 25 }, (_, i) => `L${x(3 * i)} ${y(3 * i).toFixed(1)}`).join("");
			const time = whole > 96 ? `${Math.floor(hours / 24)} days` : whole === 1 ? "1 hour" : `${whole} hours`;
			const words =
				`About ${time} since your treatment${hours > 72 ? ", which is more than 72 hours" : ""}. Soreness is usually strongest ` +
				"in the first 24 to 48 hours and almost gone by 72. Still sore after 72 hours? Call the clinic.";
			this.#append(
				make(
					"figure",
					{},
					make(
						"svg",
						{
							viewBox: "0 0 310 128",
							role: "img",
							"aria-label": "Timeline of the 72 hours after treatment, with a mark that says: you are here. " + words,
						},
						make("rect", {
							x: x(72),
							y: 26,
							width: 45,
							height: 72,
							rx: 6,
							fill: "var(--warn)",
							stroke: "var(--warn-line)",
							"stroke-width": 1.5,
							"stroke-dasharray": "4 4",
						}),
						make("path", { d: `M${x(0)} 98${curve}Z`, fill: "var(--area)", stroke: "none" }),
						label(x(31), 86, "usual peak"),
						make("line", { x1: x(0), x2: x(85), y1: 98, y2: 98 }),
						...[0, 24, 48, 72].flatMap(h => [
							make("line", { x1: x(h), x2: x(h), y1: 94, y2: 102 }),
							label(h ? x(h) - h / 30 : 16, 121, `${h} h`),
						]),
						label(295, 121, "call", { "font-weight": 700 }),
						make("line", { x1: x(at), x2: x(at), y1: 20, y2: y(at), stroke: "var(--alarm)", "stroke-width": 2.5 }),
						make("circle", { cx: x(at), cy: y(at), r: 6, fill: "var(--alarm)", stroke: "var(--bg)" }),
						label(Math.min(Math.max(x(at), 44), 264), 13, "you are here"),
					),
					make("figcaption", { "aria-hidden": "true" }, words),
				),
			);
		}

		#about(on) {
			const { about, log, form, info, input } = this.#part;
			about.hidden = !on;
			log.hidden = form.hidden = on;
			info.setAttribute("aria-expanded", String(on));
			if (on) about.querySelector("h3").focus();
			else {
				input.focus();
				this.#toEnd();
			}
		}

		#sure() {
			const calls = this.#part.about.querySelector(".calls");
			calls.replaceChildren(
				make("b", {}, "Delete it for good? The clinic will no longer see it."),
				make("button", { class: "danger", type: "button", click: () => this.#forget() }, "Yes, delete"),
				make(
					"button",
					{
						class: "plain",
						type: "button",
						click: () => {
							this.#redraw();
							this.#about(false);
						},
					},
					"No, keep it",
				),
			);
			calls.querySelector("button").focus();
		}

		#grow() {
			const { input, left } = this.#part,
				over = MOST_CHARACTERS - input.value.length;
			input.style.height = "auto";
			input.style.height = `${Math.min(input.scrollHeight + 2, 124)}px`;
			left.hidden = over > 200;
			left.textContent = `${over} characters left`;
		}

		#submit() {
			const { input } = this.#part,
				text = input.value.trim();
			if (!text) return;
			input.value = "";
			this.#grow();
			this.#write(text);
		}
	}

	if (!customElements.get("aftercare-chat")) {
		customElements.define("aftercare-chat", AftercareChat);
		if (!document.querySelector("aftercare-chat")) document.body.append(document.createElement("aftercare-chat"));
	}
})();

/* SPDX-License-Identifier: BSD-2-Clause */
/* `onebpf check --html`: one page that needs nothing else: the flow graph, the source, the
 * instructions and the states, to walk along the path forwards and backwards. */
#include "tool/check.h"

#include "tool/json.h"

static const char head[] =
	"<!DOCTYPE html>\n<html lang=en><head><meta charset=utf-8>\n"
	"<meta http-equiv=Content-Security-Policy content=\"default-src 'none'; "
	"style-src 'unsafe-inline'; script-src 'unsafe-inline'\">\n"
	"<style>\n"
	"body{margin:0;font:14px/1.4 system-ui,sans-serif;color:#111;background:#fff;"
	"display:grid;grid-template:auto 1fr/auto 1fr 1fr;height:100vh}\n"
	"header{grid-column:1/4;padding:.5em 1em;border-bottom:1px solid #ccc}\n"
	"header pre{white-space:pre-wrap;max-height:30vh;overflow:auto;margin:.5em 0}\n"
	"section{overflow:auto;padding:.5em;border-right:1px solid #ccc}\n"
	"h2{font-size:1em;margin:.2em 0}\n"
	"pre,ol,table{font:13px/1.45 ui-monospace,monospace}\n"
	"ol{list-style:none;margin:0;padding:0}\n"
	"li{padding:0 .4em;white-space:pre;cursor:default}\n"
	"li.way{background:#eef4ff}li.now{background:#ffe08a}li.bad{color:#b00020;font-weight:bold}"
	"\n"
	"li .src{color:#666}td{vertical-align:top;padding:0 .6em 0 0}tr.new "
	"td{background:#e6f7e6}\n"
	"svg rect{fill:#fff;stroke:#888}svg .way rect{fill:#eef4ff}svg .now rect{fill:#ffe08a}\n"
	"svg .bad rect{stroke:#b00020;stroke-width:3}svg path{fill:none;stroke:#999}\n"
	"svg path.way{stroke:#2458c5;stroke-width:2}svg text{font:11px ui-monospace,monospace}\n"
	"@media(prefers-color-scheme:dark){body{background:#181818;color:#ddd}li.way{background:"
	"#1d2a44}li.now{background:#6a5200}svg rect{fill:#222}svg text{fill:#ddd}tr.new td{"
	"background:#143a14}li .src{color:#999}svg .way rect{fill:#1d2a44}svg .now "
	"rect{fill:#6a5200}}\n"
	"</style>\n";

static const char script[] =
	"const $=i=>document.getElementById(i),d=D;let at=Math.max(0,d.path.length-1);\n"
	"const way=new Set(d.path.map(s=>s.insn));\n"
	"const el=(n,t,c)=>{const e=document.createElement(n);if(t!=null)e.textContent=t;"
	"if(c)e.className=c;return e};\n"
	"const rows={};let lastSrc='';\n"
	"for(const i of d.insns){if(i.source&&i.source!==lastSrc){const l=el('li');"
	"l.append(el('span',(i.place||'')+'  '+i.source,'src'));$('code').append(l);"
	"lastSrc=i.source}\n"
	"const l=el('li',String(i.insn).padStart(5)+'  '+i.text);l.dataset.insn=i.insn;"
	"rows[i.insn]=l;if(way.has(i.insn))l.classList.add('way');"
	"if(d.refused===i.insn)l.classList.add('bad');\n"
	"l.onclick=()=>{const k=d.path.findIndex(s=>s.insn===i.insn);if(k>=0)go(k)};"
	"$('code').append(l)}\n"
	"const H=18,W=150,G=26,svgns='http://www.w3.org/2000/svg';\n"
	"const sv=(n,a)=>{const e=document.createElementNS(svgns,n);for(const k in a)"
	"e.setAttribute(k,a[k]);return e};\n"
	"const boxes={};let y=10;const svg=$('graph');\n"
	"for(const b of d.blocks){b.y=y;y+=H+G}\n"
	"svg.setAttribute('width',W+130);svg.setAttribute('height',y);\n"
	"const blockOf=i=>d.blocks.find(b=>b.from<=i&&i<=b.to);\n"
	"const taken=new Set();for(let k=1;k<d.path.length;k++){const a=blockOf(d.path[k-1].insn),"
	"b=blockOf(d.path[k].insn);if(a&&b&&(a!==b||d.path[k].insn===b.from))"
	"taken.add(a.from+'>'+b.from)}\n"
	"for(const b of d.blocks)for(const t of b.next){const c=blockOf(t);if(!c)continue;"
	"const near=c.y-b.y===H+G,w=taken.has(b.from+'>'+c.from)?'way':'',"
	"o=30+Math.min(80,Math.abs(c.y-b.y)/8);\n"
	"svg.append(sv('path',{class:w,d:near?`M${10+W/2} ${b.y+H}V${c.y}`:"
	"`M${10+W} ${b.y+H/2}C${10+W+o} ${b.y+H/2} ${10+W+o} ${c.y+H/2} ${10+W} ${c.y+H/2}`}))}\n"
	"for(const b of d.blocks){const g=sv('g',{});let hit=false,bad=false;"
	"for(let i=b.from;i<=b.to;i++){hit=hit||way.has(i);bad=bad||d.refused===i}\n"
	"if(hit)g.classList.add('way');if(bad)g.classList.add('bad');\n"
	"g.append(sv('rect',{x:10,y:b.y,width:W,height:H,rx:3}));const "
	"t=sv('text',{x:16,y:b.y+13});"
	"t.textContent=(b.from===b.to?b.from:b.from+' – '+b.to)+(b.line?'  "
	"'+b.line:'');g.append(t);"
	"svg.append(g);boxes[b.from]=g}\n"
	"const parse=s=>{const r={};for(const m of "
	"s.matchAll(/(?:^|\\s)([A-Za-z0-9_-]+)=((?:\\([^)]*"
	"(?:\\([^)]*\\)[^)]*)*\\)|[^\\s(])+)/g))r[m[1]]=m[2];return r};\n"
	"function go(k){if(!d.path.length)return;at=Math.max(0,Math.min(d.path.length-1,k));\n"
	"for(const l of document.querySelectorAll('.now'))l.classList.remove('now');\n"
	"const s=d.path[at],b=blockOf(s.insn);rows[s.insn].classList.add('now');"
	"rows[s.insn].scrollIntoView({block:'nearest'});if(b)boxes[b.from].classList.add('now');\n"
	"const "
	"now=parse(s.state),was=at?parse(d.path[at-1].state):{};$('state').replaceChildren();\n"
	"for(const n in now){const tr=el('tr');tr.append(el('td',n),el('td',now[n]));"
	"if(was[n]!==now[n])tr.className='new';$('state').append(tr)}\n"
	"$('where').textContent=`step ${at+1} of ${d.path.length}: instruction ${s.insn}`"
	"+(s.frame?`, function ${s.frame} deep`:'');document.body.dataset.step=at+1;"
	"document.body.dataset.insn=s.insn}\n"
	"$('first').onclick=()=>go(0);$('back').onclick=()=>go(at-1);$('on').onclick=()=>go(at+1);"
	"$('last').onclick=()=>go(d.path.length-1);\n"
	"onkeydown=e=>{if(e.key==='ArrowLeft'||e.key==='k')go(at-1);else if(e.key==='ArrowRight'||"
	"e.key==='j')go(at+1);else if(e.key==='Home')go(0);else if(e.key==='End')"
	"go(d.path.length-1);else return;e.preventDefault()};\n"
	"const m=/^#(\\d+)$/.exec(location.hash);go(m?m[1]-1:d.path.length-1);\n";

static void text(struct buf *to, const char *s)
{
	for (; s && *s; s++)
		switch (*s) {
		case '&':
			buf_puts(to, "&amp;");
			break;
		case '<':
			buf_puts(to, "&lt;");
			break;
		default:
			buf_putc(to, *s);
		}
}

/* A string of the script: no `</script>` in it. */
static void quoted(struct buf *to, const char *s)
{
	struct buf b = {0};

	json_text(&b, s, strlen(s));
	for (size_t i = 0; i < b.n; i++)
		if (b.p[i] == '<')
			buf_puts(to, "\\u003c");
		else
			buf_putc(to, b.p[i]);
	to->oom |= b.oom;
	buf_deinit(&b);
}

static void put_insns(struct buf *to, const struct prog *p)
{
	struct buf b = {0};
	bool first = true;

	for (u32 i = 0; i < p->n; i++) {
		const struct prog_line *l = explain_line(p, i);

		if (p->ext[i].op >= EB_COUNT)
			continue;
		buf_printf(to, "%s{insn:%u,text:", first ? "" : ",\n", i);
		first = false;
		buf_clear(&b);
		ebpf_dis_one(&b, &p->ext[i], i);
		quoted(to, b.p ? b.p : "");
		if (l && l->text) {
			buf_clear(&b);
			explain_place(&b, p, i);
			buf_puts(to, ",place:");
			quoted(to, b.p ? b.p : "");
			buf_puts(to, ",source:");
			quoted(to, l->text + strspn(l->text, " \t"));
		}
		buf_putc(to, '}');
	}
	buf_deinit(&b);
}

static void put_path(struct buf *to, const struct explanation *x)
{
	for (u32 i = 0; x && i < x->steps; i++) {
		buf_printf(to, "%s{insn:%u,frame:%u,state:", i ? ",\n" : "", x->path[i].pc,
			   x->path[i].frame);
		quoted(to, x->path[i].state);
		buf_putc(to, '}');
	}
}

/* ---- the graph ---- */

static u32 width(const struct eb *e) { return ebpf_rows[e->op].form == EBF_LDDW ? 2 : 1; }

static bool leaves(const struct eb *e)
{
	return ebpf_is_jump((enum eb_op)e->op) || e->op == EB_EXIT;
}

static void mark(bool *begins, u32 n, s64 pc)
{
	if (pc >= 0 && pc < n)
		begins[pc] = true;
}

static void find_blocks(const struct prog *p, bool *begins)
{
	begins[0] = true;
	for (u32 i = 0; i < p->n; i++) {
		const struct eb *e = &p->ext[i];

		if (e->op >= EB_COUNT)
			continue;
		if (ebpf_is_jump((enum eb_op)e->op) || e->op == EB_CALL_LOCAL ||
		    e->op == EB_LDDW_FUNC)
			mark(begins, p->n, ebpf_target(e, i));
		if (leaves(e))
			mark(begins, p->n, (s64)i + 1);
	}
}

static void put_block(struct buf *to, const struct prog *p, u32 from, u32 to_pc, u32 last)
{
	const struct eb *e = &p->ext[last];
	const struct prog_line *l = explain_line(p, from);
	bool jumps = e->op < EB_COUNT && ebpf_is_jump((enum eb_op)e->op);
	bool always = e->op == EB_JA || e->op == EB_JAL;

	buf_printf(to, "%s{from:%u,to:%u,next:[", from ? ",\n" : "", from, to_pc);
	if (e->op != EB_EXIT && !always)
		buf_printf(to, "%u%s", to_pc + 1, jumps ? "," : "");
	if (jumps)
		buf_printf(to, "%lld", (long long)ebpf_target(e, last));
	buf_puts(to, "]");
	if (l)
		buf_printf(to, ",line:\"line %u\"", l->line);
	buf_putc(to, '}');
}

static void put_blocks(struct buf *to, const struct prog *p)
{
	struct arena a;
	u32 from = 0, last = 0;

	arena_init(&a);
	bool *begins = arena_array(&a, bool, p->n + 1);
	if (!begins) {
		to->oom = true;
		return;
	}
	find_blocks(p, begins);
	for (u32 i = 0; i < p->n;) {
		u32 next = i + (p->ext[i].op < EB_COUNT ? width(&p->ext[i]) : 1);

		last = i;
		if (next >= p->n || begins[next]) {
			put_block(to, p, from, next - 1, last);
			from = next;
		}
		i = next;
	}
	arena_deinit(&a);
}

void check_html(const struct check_job *j, struct buf *to)
{
	struct buf why = {0};

	if (j->x)
		explanation_put(&why, j->x, j->p);
	else
		buf_printf(&why, "accepted: %u instructions simulated, %u states kept\n",
			   j->r.insns, j->r.states);
	buf_puts(to, head);
	buf_puts(to, "<title>onebpf check ");
	text(to, j->name);
	buf_puts(to, "</title></head><body>\n<header><b>");
	text(to, j->name);
	buf_printf(to, "</b>: %s<pre>", j->err ? "refused" : "accepted");
	text(to, why.p);
	buf_puts(
		to,
		"</pre><button id=first>first</button> <button id=back>back</button> "
		"<button id=on>on</button> <button id=last>last</button> <span id=where></span> "
		"(arrow keys)</header>\n"
		"<section><h2>flow</h2><svg id=graph></svg></section>\n"
		"<section><h2>source and instructions</h2><ol id=code></ol></section>\n"
		"<section><h2>known before the instruction</h2><table id=state></table></section>\n"
		"<script>\nconst D={refused:");
	buf_printf(to, "%d,insns:[", j->x ? (int)j->x->pc : -1);
	put_insns(to, j->p);
	buf_puts(to, "],path:[");
	put_path(to, j->x);
	buf_puts(to, "],blocks:[");
	put_blocks(to, j->p);
	buf_puts(to, "]};\n");
	buf_puts(to, script);
	buf_puts(to, "</script></body></html>\n");
	to->oom |= why.oom;
	buf_deinit(&why);
}

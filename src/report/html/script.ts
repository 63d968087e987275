/**
 * The page's only script: the value under the pointer, or under the arrow keys when a drawing has the focus. Without it
 * the page lacks nothing else. It is text, since it runs in the reader's browser.
 */
export const SCRIPT = `(() => {
  'use strict';
  const tip = document.createElement('div');
  tip.className = 'tip';
  tip.hidden = true;
  tip.setAttribute('role', 'status');
  document.body.append(tip);
  const ring = document.createElementNS('http://www.w3.org/2000/svg', 'circle');
  ring.setAttribute('class', 'ring');
  ring.setAttribute('r', '7');
  const hide = () => { tip.hidden = true; ring.remove(); };

  const pointsOf = (svg) => [...svg.querySelectorAll('[data-tip]')].flatMap((mark) => {
    const xs = mark.dataset.x.split(' ').map(Number);
    const ys = mark.dataset.y.split(' ').map(Number);
    return mark.dataset.words.split('|').map((line, i) => {
      const words = line.split(';');
      return { x: xs[i], y: ys[i], text: mark.dataset.tip.replace(/{(\\d)}/g, (_, n) => words[n]) };
    });
  }).sort((a, b) => a.x - b.x || a.y - b.y);

  const show = (svg, point) => {
    const box = svg.getBoundingClientRect();
    const scale = box.width / svg.viewBox.baseVal.width;
    ring.setAttribute('cx', point.x);
    ring.setAttribute('cy', point.y);
    svg.append(ring);
    tip.textContent = point.text;
    tip.hidden = false;
    const width = document.documentElement.clientWidth;
    const left = box.left + point.x * scale + 12;
    const turned = left + tip.offsetWidth > width - 8 ? left - tip.offsetWidth - 24 : left;
    tip.style.left = Math.max(8, turned) + scrollX + 'px';
    tip.style.top = Math.max(0, box.top + point.y * scale - tip.offsetHeight - 10) + scrollY + 'px';
  };

  const save = (name, type, text) => {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([text], { type }));
    link.download = name;
    link.click();
  };
  const LOOK = ['fill', 'fill-opacity', 'stroke', 'stroke-width', 'stroke-dasharray', 'stroke-opacity', 'stroke-linecap', 'font-size', 'font-weight', 'display'];
  // The drawings of a figure below each other, with their looks inside, so that the file needs no style sheet.
  const drawingOf = (figure) => {
    const whole = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
    let [width, height] = [0, 0];
    for (const svg of figure.querySelectorAll('svg.drawing')) {
      const copy = svg.cloneNode(true);
      const from = svg.querySelectorAll('*');
      copy.querySelectorAll('*').forEach((part, i) => {
        const style = getComputedStyle(from[i]);
        for (const name of LOOK) part.setAttribute(name, style.getPropertyValue(name));
        for (const { name } of [...part.attributes]) if (name.startsWith('data-')) part.removeAttribute(name);
      });
      const box = svg.viewBox.baseVal;
      for (const [name, value] of [['y', height], ['width', box.width], ['height', box.height]]) copy.setAttribute(name, value);
      height += box.height;
      width = Math.max(width, box.width);
      whole.append(copy);
    }
    const style = getComputedStyle(figure);
    for (const [name, value] of [['width', width], ['height', height], ['viewBox', '0 0 ' + width + ' ' + height], ['font-family', style.fontFamily]]) whole.setAttribute(name, value);
    whole.style.background = style.backgroundColor;
    return new XMLSerializer().serializeToString(whole);
  };
  const csvOf = (table) => [...table.rows].map((row) => [...row.cells].map((cell) => {
    const text = cell.textContent.replaceAll('\\u00a0', ' ');
    return /[",\\n]/.test(text) ? '"' + text.replaceAll('"', '""') + '"' : text;
  }).join(',')).join('\\n') + '\\n';
  for (const figure of document.querySelectorAll('figure[id]')) {
    const tools = document.createElement('div');
    tools.className = 'tools';
    const tool = (name, act) => {
      const button = document.createElement('button');
      button.type = 'button';
      button.textContent = name;
      button.setAttribute('aria-label', name + ': ' + figure.querySelector('h3').textContent);
      button.addEventListener('click', act);
      tools.append(button);
    };
    tool('SVG', () => save(figure.id + '.svg', 'image/svg+xml', drawingOf(figure)));
    tool('CSV', () => save(figure.id + '.csv', 'text/csv', csvOf(figure.querySelector('table'))));
    figure.prepend(tools);
  }
  // Paper cannot open anything: what is warned of or advised is printed with its evidence.
  const printed = [...document.querySelectorAll('.findings details.warning')].slice(0, 6);
  addEventListener('beforeprint', () => printed.forEach((one) => { one.open = true; }));
  addEventListener('afterprint', () => printed.forEach((one) => { one.open = false; }));

  for (const svg of document.querySelectorAll('svg.drawing')) {
    let points = null;
    let at = -1;
    svg.setAttribute('tabindex', '0');
    const all = () => (points ??= pointsOf(svg));
    svg.addEventListener('pointermove', (event) => {
      const box = svg.getBoundingClientRect();
      const scale = box.width / svg.viewBox.baseVal.width;
      const x = (event.clientX - box.left) / scale;
      const y = (event.clientY - box.top) / scale;
      let best = null;
      let least = 60 * 60;
      for (const point of all()) {
        const distance = (point.x - x) ** 2 + (point.y - y) ** 2;
        if (distance < least) { least = distance; best = point; }
      }
      if (best === null) hide(); else show(svg, best);
    });
    svg.addEventListener('pointerleave', hide);
    svg.addEventListener('blur', () => { at = -1; hide(); });
    svg.addEventListener('keydown', (event) => {
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (event.key === 'Escape') hide();
      if (step === undefined || all().length === 0) return;
      event.preventDefault();
      at = Math.min(all().length - 1, Math.max(0, at + step));
      show(svg, all()[at]);
    });
  }
})();
`;

"""How pages are looked at: at which widths, and text of too little contrast."""

import pytest

# Each page is loaded once for the ordinary text and once for the large one, and then made narrower.
SIZES = [(False, (1440, 390, 320)), (True, (390,))]
# For pages that are used, not only looked at: the harder sizes always, the others with --full.
MANY = [
    (1440, True),
    (1024, False),
    (390, True),
    (320, False),
    pytest.param(1440, False, marks=pytest.mark.full),
    pytest.param(390, False, marks=pytest.mark.full),
]
# Visible texts with a contrast below 4.5 : 1 (WCAG 2.2, 1.4.3).
LOW = """() => {
    const rgb = c => (c.match(/[\\d.]+/g) || []).map(Number);
    const lum = c => { const v = c.slice(0, 3).map(x => { x /= 255; return x <= .03928 ? x / 12.92 : ((x + .055) / 1.055) ** 2.4; }); return .2126 * v[0] + .7152 * v[1] + .0722 * v[2]; };
    const ground = el => { for (; el; el = el.parentElement) { const c = rgb(getComputedStyle(el).backgroundColor); if (c.length === 3 || c[3] > 0) return c; } return [255, 255, 255]; };
    return [...document.querySelectorAll('body *')].filter(el => el.offsetParent && getComputedStyle(el).visibility === 'visible' && [...el.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()) && !el.closest('svg, [hidden]')).map(el => {
        const a = lum(rgb(getComputedStyle(el).color)), b = lum(ground(el));
        return [(Math.max(a, b) + .05) / (Math.min(a, b) + .05), el.tagName + '.' + el.className + ' ' + el.textContent.trim().slice(0, 14)];
    }).filter(([ratio]) => ratio < 4.5).map(([ratio, what]) => ratio.toFixed(2) + ' ' + what);
}"""

"""Draws what an app contributed to the home page or 我的."""

from django import template

register = template.Library()


@register.simple_tag(takes_context=True)
def contributed(context, panel):
    """The panel's own template with its own context on top of the page's, and ``panel`` itself."""
    with context.push(panel=panel, **panel.context):
        return context.template.engine.get_template(panel.template).render(context)

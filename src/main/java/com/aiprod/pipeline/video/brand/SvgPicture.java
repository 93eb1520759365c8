package com.aiprod.pipeline.video.brand;

import static com.aiprod.pipeline.video.brand.Brand.require;

import com.github.weisj.jsvg.SVGDocument;
import com.github.weisj.jsvg.parser.DocumentLimits;
import com.github.weisj.jsvg.parser.LoaderContext;
import com.github.weisj.jsvg.parser.SVGLoader;
import com.github.weisj.jsvg.parser.resources.ResourcePolicy;
import com.github.weisj.jsvg.renderer.NullPlatformSupport;
import com.github.weisj.jsvg.view.FloatSize;
import com.github.weisj.jsvg.view.ViewBox;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/** Draws SVG to pixels. */
public final class SvgPicture {

    /**
     * The elements that a stranger's drawing may have. Others can take unbounded time (references to references,
     * filters, patterns), load files, or need the fonts of a machine.
     */
    private static final Set<String> ELEMENTS = Set.of(
            "svg",
            "g",
            "defs",
            "title",
            "desc",
            "metadata",
            "style",
            "path",
            "rect",
            "circle",
            "ellipse",
            "line",
            "polyline",
            "polygon",
            "linearGradient",
            "radialGradient",
            "stop",
            "clipPath");

    private static final String SVG = "http://www.w3.org/2000/svg";

    /** What loads files, and what a few characters turn into millions of strokes. */
    private static final Pattern REFUSED = Pattern.compile(
            "<!DOCTYPE|<!ENTITY|@import|dasharray|url\\(\\s*['\"]?\\s*(?!['\"]?\\s*#)", Pattern.CASE_INSENSITIVE);

    private static final int MOST_ELEMENTS = 500;
    /** Less than the limit of the JDK's parser, which is 200 since Java 24. */
    private static final int MOST_DEPTH = 20;

    private static final DocumentLimits LIMITS = new DocumentLimits(MOST_DEPTH, 1, MOST_ELEMENTS);

    private SvgPicture() {}

    /**
     * Draws an untrusted SVG as large as it fits into a square.
     *
     * @throws IllegalArgumentException if it is not an SVG, or has what could load files or take long
     */
    static BufferedImage ofStranger(byte[] svg, int side) {
        String text = new String(svg, StandardCharsets.UTF_8);
        Matcher refused = REFUSED.matcher(text);
        if (refused.find()) {
            throw new IllegalArgumentException(
                    ".logo is an SVG with %s, which is not taken".formatted(refused.group()));
        }
        checkElements(text);
        try {
            return draw(text.getBytes(StandardCharsets.UTF_8), side);
        } catch (RuntimeException e) {
            throw new IllegalArgumentException(".logo is an SVG that cannot be drawn", e);
        }
    }

    private static void checkElements(String text) {
        XMLInputFactory factory = XMLInputFactory.newFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        int elements = 0;
        int depth = 0;
        try {
            XMLStreamReader xml = factory.createXMLStreamReader(new java.io.StringReader(text));
            while (xml.hasNext()) {
                int event = xml.next();
                depth -= event == XMLStreamReader.END_ELEMENT ? 1 : 0;
                if (event != XMLStreamReader.START_ELEMENT) {
                    continue;
                }
                String name = xml.getLocalName();
                // Editors add elements of their own, which are not drawn.
                boolean drawn = xml.getNamespaceURI() == null || SVG.equals(xml.getNamespaceURI());
                require(elements > 0 || name.equals("svg"), ".logo is not an SVG");
                require(
                        !drawn || ELEMENTS.contains(name),
                        ".logo is an SVG with the element %s; convert it to paths".formatted(name));
                require(++elements <= MOST_ELEMENTS, ".logo has over %s elements".formatted(MOST_ELEMENTS));
                require(++depth <= MOST_DEPTH, ".logo nests elements more than %s deep".formatted(MOST_DEPTH));
            }
        } catch (XMLStreamException e) {
            throw new IllegalArgumentException(".logo is not an SVG", e);
        }
    }

    /**
     * Draws an SVG as large as it fits into a square. Loads nothing.
     *
     * @throws RuntimeException if it cannot be drawn
     */
    public static BufferedImage draw(byte[] svg, int side) {
        LoaderContext context = LoaderContext.builder()
                .externalResourcePolicy(ResourcePolicy.DENY_ALL)
                .documentLimits(LIMITS)
                .build();
        SVGDocument document = new SVGLoader().load(new ByteArrayInputStream(svg), null, context);
        if (document == null) {
            throw new IllegalArgumentException("not an SVG");
        }
        FloatSize size = document.size();
        double scale = side / Math.max(size.getWidth(), size.getHeight());
        int width = (int) Math.ceil(size.getWidth() * scale);
        int height = (int) Math.ceil(size.getHeight() * scale);
        if (width < 1 || height < 1 || width > side + 1 || height > side + 1) {
            throw new IllegalArgumentException("no size");
        }
        BufferedImage picture = new BufferedImage(width, height, BufferedImage.TYPE_INT_ARGB_PRE);
        Graphics2D g = picture.createGraphics();
        g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        g.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
        document.renderWithPlatform(NullPlatformSupport.INSTANCE, g, new ViewBox(0, 0, width, height));
        g.dispose();
        return picture;
    }
}

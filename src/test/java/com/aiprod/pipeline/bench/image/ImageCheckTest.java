package com.aiprod.pipeline.bench.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** {@code k8s/image} is not part of the build, so the build checks here that the image could be built. */
class ImageCheckTest {

    private static final Set<String> NOT_IN_THE_IMAGE = Set.of("test", "provided", "import");

    @Test
    void wantsTheDependenciesOfTheApplication() throws Exception {
        assertThat(dependencies())
                .contains("camel-platform-http-starter", "postgresql")
                .noneMatch(ImageCheck::isUnwanted);
    }

    private static List<String> dependencies() throws Exception {
        NodeList elements = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(Path.of("pom.xml").toFile())
                .getElementsByTagName("dependency");
        List<String> names = new ArrayList<>();
        for (int i = 0; i < elements.getLength(); i++) {
            Element dependency = (Element) elements.item(i);
            if (!NOT_IN_THE_IMAGE.contains(text(dependency, "scope"))
                    && dependency.getParentNode().getParentNode().getNodeName().equals("project")) {
                names.add(text(dependency, "artifactId"));
            }
        }
        return names;
    }

    private static String text(Element dependency, String name) {
        NodeList found = dependency.getElementsByTagName(name);
        return found.getLength() == 0 ? "" : found.item(0).getTextContent();
    }
}

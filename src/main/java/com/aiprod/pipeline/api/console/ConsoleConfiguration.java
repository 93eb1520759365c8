package com.aiprod.pipeline.api.console;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.condition.ConditionalOnExpression;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.Resource;
import org.springframework.http.CacheControl;
import org.springframework.util.DigestUtils;
import org.springframework.web.servlet.config.annotation.ResourceHandlerRegistration;
import org.springframework.web.servlet.config.annotation.ResourceHandlerRegistry;
import org.springframework.web.servlet.config.annotation.ViewControllerRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import org.springframework.web.servlet.resource.PathResourceResolver;
import org.webjars.WebJarVersionLocator;

/**
 * Serves the console under {@code /console/}, which {@code /} redirects to. Without a client ID, both show a page that
 * says what to set.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnExpression("'${aiprod.roles:api}'.contains('api')")
class ConsoleConfiguration implements WebMvcConfigurer {

    private static final String FILES = "classpath:/console/";
    private static final String WEBJARS = "classpath:/META-INF/resources/webjars/";

    private final String page;

    ConsoleConfiguration(@Value("${aiprod.console.client-id:}") String clientId) {
        this.page = clientId.isBlank() ? "off.html" : "index.html";
    }

    @Override
    public void addResourceHandlers(ResourceHandlerRegistry registry) {
        WebJarVersionLocator versions = new WebJarVersionLocator();
        revalidated(registry.addResourceHandler("/console/lib/lit-html/**")
                .addResourceLocations(WEBJARS + "lit-html/" + versions.version("lit-html") + "/"));
        revalidated(registry.addResourceHandler("/console/lib/uplot/**")
                .addResourceLocations(WEBJARS + "uplot/" + versions.version("uplot") + "/dist/"));
        revalidated(registry.addResourceHandler("/console/**").addResourceLocations(FILES))
                .resourceChain(false)
                .addResolver(new Pages(page));
    }

    @Override
    public void addViewControllers(ViewControllerRegistry registry) {
        registry.addRedirectViewController("/", "/console/");
        registry.addRedirectViewController("/console", "/console/");
        registry.addViewController("/console/").setViewName("forward:/console/" + page);
    }

    /**
     * The browser asks each time whether a file has changed. The files of a reproducible build all have the same time,
     * so only their content says so. The tag is weak because Tomcat compresses no response with a strong one.
     */
    private static ResourceHandlerRegistration revalidated(ResourceHandlerRegistration files) {
        files.setEtagGenerator(ConsoleConfiguration::tag);
        files.setUseLastModified(false);
        return files.setCacheControl(CacheControl.noCache());
    }

    private static String tag(Resource file) {
        try {
            return "W/\"" + DigestUtils.md5DigestAsHex(file.getContentAsByteArray()) + '"';
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A path without a dot is a place in the console, which the page itself finds. */
    private static final class Pages extends PathResourceResolver {

        private final String page;

        Pages(String page) {
            this.page = page;
        }

        @Override
        protected Resource getResource(String path, Resource location) throws IOException {
            return super.getResource(path.contains(".") ? path : page, location);
        }
    }
}

package com.aiprod.pipeline.api;

import jakarta.servlet.DispatcherType;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.camel.component.platform.http.spi.PlatformHttpEngine;
import org.apache.catalina.core.StandardHost;
import org.slf4j.MDC;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.security.SecurityProperties;
import org.springframework.boot.availability.ApplicationAvailability;
import org.springframework.boot.web.embedded.tomcat.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.task.TaskDecorator;
import org.springframework.http.CacheControl;
import org.springframework.security.web.firewall.HttpFirewall;
import org.springframework.security.web.firewall.StrictHttpFirewall;
import org.springframework.web.filter.CorsFilter;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.config.annotation.ResourceHandlerRegistry;
import org.springframework.web.servlet.config.annotation.ViewControllerRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import org.webjars.WebJarVersionLocator;

/** What stands between the servlet container and the REST routes, in its order. */
@Configuration(proxyBeanMethods = false)
class ApiConfiguration implements WebMvcConfigurer {

    @Bean
    FilterRegistrationBean<RequestIdFilter> requestIdFilter() {
        FilterRegistrationBean<RequestIdFilter> filter = new FilterRegistrationBean<>(new RequestIdFilter());
        filter.setOrder(Ordered.HIGHEST_PRECEDENCE);
        return filter;
    }

    @Bean
    FilterRegistrationBean<RequestFence> requestFence(
            ApplicationAvailability availability, @Value("${aiprod.api.body-timeout:30s}") Duration bodyTimeout) {
        FilterRegistrationBean<RequestFence> filter =
                new FilterRegistrationBean<>(new RequestFence(availability, bodyTimeout));
        filter.setOrder(SecurityProperties.DEFAULT_FILTER_ORDER + 10);
        return filter;
    }

    /** Before Spring Security, since a browser asks without a token whether it may ask. */
    @Bean
    FilterRegistrationBean<CorsFilter> crossOrigin(@Value("${aiprod.api.cors-origins:}") List<String> origins) {
        FilterRegistrationBean<CorsFilter> filter = new FilterRegistrationBean<>(CrossOrigin.filter(origins));
        filter.setEnabled(!origins.isEmpty());
        filter.setOrder(SecurityProperties.DEFAULT_FILTER_ORDER - 10);
        return filter;
    }

    @Bean
    FilterRegistrationBean<ArtifactSender> artifactSender() {
        return afterTheRoute(new ArtifactSender());
    }

    @Bean
    FilterRegistrationBean<EventSender> eventSender(
            WatchedJobs watchedJobs, @Value("${aiprod.watch.heartbeat}") Duration heartbeat) {
        return afterTheRoute(new EventSender(watchedJobs, heartbeat));
    }

    private static <F extends RouteAnswerFilter<?>> FilterRegistrationBean<F> afterTheRoute(F sender) {
        FilterRegistrationBean<F> filter = new FilterRegistrationBean<>(sender);
        filter.setDispatcherTypes(DispatcherType.REQUEST, DispatcherType.ASYNC);
        filter.setOrder(SecurityProperties.DEFAULT_FILTER_ORDER + 20);
        return filter;
    }

    @Bean("platform-http-engine")
    PlatformHttpEngine asyncHttpEngine(@Value("${server.port}") int port) {
        return new AsyncHttpEngine(port);
    }

    /** Any method comes through, to be answered with those that its path has. */
    @Bean
    HttpFirewall httpFirewall() {
        StrictHttpFirewall firewall = new StrictHttpFirewall();
        firewall.setUnsafeAllowAnyHttpMethod(true);
        return firewall;
    }

    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> tomcatToOurTaste() {
        return tomcat -> {
            tomcat.addEngineValves(new UnreadBodyValve());
            // Tomcat's own refusal names methods that a path has not; FencedRequest sees to it that TRACE is refused.
            tomcat.addConnectorCustomizers(connector -> connector.setAllowTrace(true));
            tomcat.addContextCustomizers(context -> {
                if (context.getParent() instanceof StandardHost host) {
                    host.setErrorReportValveClass(ProblemReportValve.class.getName());
                }
            });
        };
    }

    /** Carries the log's context, above all the request's id, to the thread on which a held answer goes on. */
    @Bean
    TaskDecorator logContextDecorator() {
        return task -> {
            Map<String, String> context = MDC.getCopyOfContextMap();
            return () -> {
                if (context != null) {
                    MDC.setContextMap(context);
                }
                try {
                    task.run();
                } finally {
                    MDC.clear();
                }
            };
        };
    }

    /** Swagger UI's files, of which those in our own folder replace the ones of the same names. */
    @Override
    public void addResourceHandlers(ResourceHandlerRegistry registry) {
        String version = new WebJarVersionLocator().version("swagger-ui");
        registry.addResourceHandler("/docs/**")
                .addResourceLocations(
                        "classpath:/docs/", "classpath:/META-INF/resources/webjars/swagger-ui/" + version + "/")
                .setCacheControl(CacheControl.maxAge(Duration.ofHours(1)).cachePublic());
    }

    @Override
    public void addViewControllers(ViewControllerRegistry registry) {
        registry.addViewController("/docs").setViewName("forward:/docs/index.html");
    }

    @Override
    public void extendHandlerExceptionResolvers(List<HandlerExceptionResolver> resolvers) {
        resolvers.add(0, new ProblemResolver());
    }
}

package com.aiprod.pipeline.pipelines.check;

import java.util.Map;
import java.util.TreeMap;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.context.annotation.ClassPathBeanDefinitionScanner;
import org.springframework.context.annotation.ConfigurationClassPostProcessor;
import org.springframework.core.env.Environment;
import org.springframework.core.io.DefaultResourceLoader;
import org.springframework.core.type.filter.AnnotationTypeFilter;

/** The beans that the application has in one role or another, known without making one. */
final class FlowBeans {

    private FlowBeans() {}

    /** The class of each bean of the application's own packages, by name. */
    static Map<String, Class<?>> find(Environment environment) {
        DefaultListableBeanFactory definitions = new DefaultListableBeanFactory();
        ClassPathBeanDefinitionScanner scanner =
                new ClassPathBeanDefinitionScanner(definitions, true, environment, new DefaultResourceLoader());
        scanner.addExcludeFilter(new AnnotationTypeFilter(SpringBootConfiguration.class));
        scanner.scan("com.aiprod.pipeline");
        ConfigurationClassPostProcessor configurations = new ConfigurationClassPostProcessor();
        configurations.setEnvironment(environment);
        configurations.setResourceLoader(new DefaultResourceLoader());
        configurations.processConfigBeanDefinitions(definitions);
        Map<String, Class<?>> beans = new TreeMap<>();
        for (String name : definitions.getBeanDefinitionNames()) {
            beans.put(name, definitions.getType(name, false));
        }
        return beans;
    }
}

# tcsh completion for vimage(8): source this file in ~/.cshrc

complete vimage 'p@*@`vimage complete`@'
